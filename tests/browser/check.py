"""Checks the pages that run.sh wrote: check.py FOLDER. Prints one line per failure; exits with 1 if there is one."""

import ipaddress
import json
import os
import re
import sys

from devtools import Browser, Page

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "probe.js"), encoding="utf-8") as file:
    PROBE = file.read()

# The demo's cluster networks and pools, as in its files.
DEMO = {
    "10.50.0.0/24": "other pool", "10.51.0.0/24": "other pool", "10.60.0.0/24": "other pool", "10.70.0.0/24": "other pool",
    "10.128.0.0/14": "cluster network", "10.200.5.0/24": "migration pool", "100.64.0.0/16": "cluster network",
    "172.30.0.0/16": "cluster network", "192.168.1.0/24": "cluster network", "fd98::/64": "cluster network",
}
# What the banner of each page says, and its class.
VERDICTS = {
    "good": ("good", "The migration network is all right"), "small": ("good", "The migration network is all right"),
    "bridge": ("good", "The migration network is all right"), "warned": ("warn", "No mistakes, but 1 warning"),
    "trouble": ("deny", "7 mistakes to fix"), "big": ("deny", "7 mistakes to fix"),
    "none": ("none", "There is no migration network yet"), "unset": ("none", "There is no migration network yet"),
    "demo": ("none", "There is no migration network yet"),
    "unknown": ("unknown", "No mistake found, but not everything could be checked"),
    "alone": ("unknown", "The migration network is unknown"),
}
STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}]
LANDMARKS = {"banner", "navigation", "main", "contentinfo"}
LIGHT_AND_DARK = ("light", "dark")


class Checks:
    """Counts the checks and collects the failures."""

    def __init__(self):
        self.done, self.failures = 0, []

    def that(self, what, holds, detail=""):
        self.done += 1
        if not holds:
            self.failures.append(what)
            print(f"FAIL {what}{': ' if detail else ''}{str(detail)[:600]}")

    def none(self, what, found):
        self.that(what, not found, found)

    def same(self, what, found, wanted):
        self.that(what, found == wanted, f"{found!r} is not {wanted!r}")


def opened(browser, folder, name, **how):
    page = Page(browser, os.path.join(folder, name + ".html"), **how)
    page.run(PROBE + "; 0")
    return page


def unfold(page):
    page.run("document.querySelectorAll('details').forEach(details => { details.open = true; })")


def quiet(check, page, name):
    """Checks that the console is empty, that only the page itself was requested, and that no name was interpreted as markup."""
    check.none(f"{name}: console", page.complaints())
    check.that(f"{name}: requests", all(url.startswith("file://") and url.endswith(".html") for url in page.requests()) and
               len(page.requests()) == 1, page.requests())
    check.none(f"{name}: injected elements", page.run("probe.strangers()"))
    check.none(f"{name}: ids", page.run("probe.ids()"))
    check.none(f"{name}: elements without a name", page.run("probe.nameless()"))


def verdicts(check, browser, folder):
    for name, (kind, title) in VERDICTS.items():
        page = opened(browser, folder, name, height=800)
        quiet(check, page, name)
        check.same(f"{name}: verdict", page.run("document.getElementById('verdict-title').innerText"), title)
        check.same(f"{name}: its class", page.run("document.getElementById('verdict').className"), "verdict " + kind)
        check.none(f"{name}: below the fold", page.run("probe.below()"))
        page.close()


def contents(check, browser, folder):
    page = opened(browser, folder, "demo")
    unfold(page)
    rows = page.run("probe.rows('#addresses table')")
    kinds = {row[0].split(" ")[0]: row[1] for row in rows if len(row) == 5}
    for text, kind in DEMO.items():
        check.same(f"demo: {text}", kinds.get(text), kind)
    who = {row[0].split(" ")[0]: row[2] for row in rows}
    check.that("demo: the owner of a pool", "openshift-cnv/my-secondary-network" in who.get("10.200.5.0/24", ""), who)
    check.that("demo: part of a subnet", any("10.60.0.100 to 10.60.0.199" in row[0] for row in rows), rows)

    nics = {row[0]: row for row in page.run("probe.rows('#topology table')")}
    check.that("demo: NICs", {"eth1", "eth4", "br-ex", "bond2"} <= nics.keys(), list(nics))
    check.that("demo: br-ex carries the node", "default route" in " ".join(nics["br-ex"]), nics["br-ex"])
    check.that("demo: eth1 is usable", nics["eth1"][1] == "usable", nics["eth1"])
    check.that("demo: a bridge without a port", "without a port" in nics["br-lonely"][1], nics["br-lonely"])
    check.that("demo: eth4's user", "storage/storage" in nics["eth4"][-1], nics["eth4"])
    check.that("demo: MTU", any("MTU 9000" in cell for cell in nics["bond2"]), nics["bond2"])
    check.that("demo: no findings", "Nothing is wrong" in page.run("document.getElementById('findings').innerText"))
    meta = page.run("document.querySelector('header').innerText")
    check.that("demo: cluster and time", "demo/state" in meta and "2026-11-30 00:53 UTC" in meta, meta)
    suggestions(check, page, rows)
    page.close()


def suggestions(check, page, rows):
    """Checks with Python's ipaddress that the suggestions have the requested size and overlap nothing."""
    found = page.run("Array.from(document.querySelectorAll('.suggested .address'), e => e.innerText)")
    used = [ipaddress.ip_network(row[0].split(" ")[0]) for row in rows
            if row[1] != "free" and re.match(r"[0-9a-f.:]+/\d+( |$)", row[0])]
    check.that("demo: used networks", len(used) >= len(DEMO), used)
    check.same("demo: suggestions", len(found), 5)
    for text in found:
        network = ipaddress.ip_network(text)
        check.same(f"demo: size of {text}", network.prefixlen, 24)
        check.none(f"demo: {text} overlaps", [u for u in used if u.version == network.version and u.overlaps(network)])
    sizes = 0
    for row in page.run("probe.rows('#room table')"):
        if row[-1].startswith(("10.", "172.", "192.")) and row[0].startswith("/"):
            network = ipaddress.ip_network(row[-1])
            check.same("demo: size of the lowest", f"/{network.prefixlen}", row[0].split(" ")[0])
            check.same(f"demo: {network} is too small", "too small" in row[0], network.num_addresses < 5)
            sizes += 1
            check.none(f"demo: {network} overlaps", [u for u in used if u.version == 4 and u.overlaps(network)])
    check.that("demo: free space of every size", sizes > 30, sizes)


def findings(check, browser, folder):
    """Checks that each finding of `audit` is there once, explained, and linked to something that can be seen."""
    page = opened(browser, folder, "mistakes")
    quiet(check, page, "mistakes")
    with open(os.path.join(folder, "audit.json"), encoding="utf-8") as file:
        wanted = json.load(file)["findings"]
    check.that("mistakes: findings", len(wanted) >= 5, wanted)
    shown = page.run("Array.from(document.querySelectorAll('.finding'), f => [f.querySelector('h3').innerText, "
                     "f.querySelectorAll('.items a').length, f.querySelectorAll('details.why').length])")
    words = {"deny": "mistake", "warn": "warning"}
    rules = {f"{words[f['action']]} {f['rule']}" for f in wanted}
    check.same("mistakes: rules", {re.sub(r" \d+ times$", "", title) for title, _, _ in shown}, rules)
    check.same("mistakes: objects", sum(objects for _, objects, _ in shown), len(wanted))
    check.that("mistakes: one explanation for each rule", all(count == 1 for _, _, count in shown), shown)
    for i in range(page.run("document.querySelectorAll('.items a').length")):
        seen = page.run("new Promise(done => { document.documentElement.style.scrollBehavior = 'auto';"
                        f"document.querySelectorAll('.items a')[{i}].click(); setTimeout(() => {{"
                        "const target = document.querySelector(':target'); const box = target.getBoundingClientRect();"
                        "done(target.checkVisibility() && box.bottom > 0 && box.top < innerHeight); }, 50); })")
        check.that(f"mistakes: the link {i} leads to something visible", seen)
    page.close()


def card(check, browser, folder):
    page = opened(browser, folder, "good")
    facts = dict(page.run("Array.from(document.querySelectorAll('#network dl > div'), d => [d.querySelector('dt').innerText, "
                          "d.querySelector('dd').innerText.replace(/\\s+/g, ' ')])"))
    check.same("good: the card", facts, {
        "NAD": "openshift-cnv/migration", "NIC": "bond1 through macvlan", "VLAN": "untagged", "MTU": "9000 of the NIC",
        "Speed": "50 Gbit/s", "Range": "10.200.5.0/24 15 needed of 254 usable; 239 to spare",
        "Who takes them": "12 virt-handlers (one per node), 2 sync controllers, and 1 more while these are updated",
        "Set in": "HyperConverged openshift-cnv/kubevirt-hyperconverged"})
    page.close()
    page = opened(browser, folder, "bridge")
    check.that("bridge: the VLAN below the bridge", "VLAN\n105" in page.run("document.getElementById('network').innerText"))
    drawn = page.run("Array.from(document.querySelectorAll('.topology title'), t => t.textContent)")
    check.same("bridge: the drawing", drawn, ["br-mig", "bond1.105", "bond1", "eth2", "eth3", "br-ex"])
    page.close()
    page = opened(browser, folder, "none")
    check.that("none: how to get one", "droveway init" in page.run("document.getElementById('verdict').innerText"))
    page.close()
    page = opened(browser, folder, "unset")
    check.that("unset: how to set it", "liveMigrationConfig.network: migration" in page.run("document.getElementById('verdict').innerText"))
    page.close()


def drawing(check, browser, folder):
    page = opened(browser, folder, "trouble")
    red = page.run("Array.from(document.querySelectorAll('.topology .bad'), e => getComputedStyle(e).stroke)")
    deny = page.run("getComputedStyle(document.querySelector('.badge.deny')).color")
    check.that("trouble: failures are red", red and set(red) == {deny}, (red, deny))
    check.same("trouble: and in words", page.run("Array.from(document.querySelectorAll('.faults li'), e => e.innerText)"),
               ["down bond1 on worker-5", "missing bond1 on worker-7"])
    groups = page.run("Array.from(document.querySelectorAll('.topology .host + text'), t => t.textContent)")
    check.same("trouble: equal nodes are drawn once", groups, ["worker-5", "worker-7", "5 nodes"])
    page.close()


def zoom(check, browser, folder):
    """Checks the address map with the mouse and with the keyboard."""
    page = opened(browser, folder, "trouble", more=STILL)
    cells = page.run("probe.cells('10.0.0.0/8')")
    check.same("zoom: a /8", len(cells), 256)
    check.same("zoom: the pod network", [cell[0] for cell in cells[127:133]], ["free", *["cluster"] * 4, "free"])
    check.same("zoom: the overlap", cells[200][0], "migration part bad star")
    check.that("zoom: its name", cells[200][1].startswith("10.200.0.0/16: in use in part by NAD storage/backup 10.200.4.0/23, "
                                                          "NAD openshift-cnv/migration 10.200.5.0/29; these overlap"), cells[200])
    page.run("document.querySelectorAll('.cells')[0].children[200].click()")
    cells = page.run("probe.cells('10.0.0.0/8')")
    check.same("zoom: a /16", len(cells), 256)
    check.same("zoom: its parts", [cell[0] for cell in cells[3:8]], ["free star", "pool", "migration bad", "free star", "free"])
    check.same("zoom: where", page.run("document.querySelector('.path').innerText.replace(/\\s+/g, ' ')"), "10.0.0.0/8 10.200.0.0/16")
    check.same("zoom: the current level", page.run("document.querySelector('.path [aria-current=location]').innerText"), "10.200.0.0/16")
    focus = "document.activeElement.getAttribute('aria-label').split(':')[0]"
    check.same("zoom: the focus is on the first range", page.run(focus), "10.200.4.0/24")
    page.key("ArrowRight", 39)
    page.key("Enter", 13, "\r")
    cells = page.run("probe.cells('10.0.0.0/8')")
    check.same("zoom: addresses", [cell[0] for cell in cells[:9]], ["migration bad"] * 8 + ["pool"])
    check.same("zoom: the last address is not handed out", cells[255][:2],
               ["pool part", "10.200.5.255: in, but not handed out by NAD storage/backup 10.200.4.0/23"])
    page.key("Enter", 13, "\r")
    check.same("zoom: an address has no parts", len(page.run("probe.cells('10.0.0.0/8')")), 256)
    for key, code, at in (("ArrowDown", 40, 32), ("ArrowRight", 39, 33), ("ArrowUp", 38, 1), ("ArrowUp", 38, 1), ("ArrowLeft", 37, 0),
                          ("ArrowLeft", 37, 0), ("End", 35, 255), ("ArrowRight", 39, 255), ("Home", 36, 0)):
        page.key(key, code)
        check.same(f"zoom: {key}", page.run(focus), f"10.200.5.{at}")
    page.key("Escape", 27)
    check.same("zoom: Escape goes back", page.run(focus), "10.200.5.0/24")
    page.key("Escape", 27)
    check.same("zoom: to the beginning", page.run(focus), "10.200.0.0/16")
    page.key("Escape", 27)
    check.same("zoom: and no further", page.run(focus), "10.200.0.0/16")
    stops = page.run("Array.from(document.querySelectorAll('.cells'), c => c.querySelectorAll('[tabindex=\"0\"]').length)")
    check.same("zoom: one stop for each area", set(stops), {1})
    check.none("zoom: console", page.complaints())
    page.close()
    sites(check, browser, folder)


def sites(check, browser, folder):
    """IPv6: only what is in use can be shown."""
    page = opened(browser, folder, "bridge", more=STILL)
    cells = page.run("probe.cells('fc00::/7')")
    check.same("IPv6: the /48s in use", [cell[2] for cell in cells],
               ["fd00:10:5::/48 M", "fd00:10:6::/48 P", "fd69::/48 C", "fd97::/48 C", "fd98::/48 C"])
    page.run("document.querySelectorAll('.cells.sites')[1].children[0].click()")
    check.same("IPv6: the /64s of one", [cell[2] for cell in page.run("probe.cells('fc00::/7')")], ["fd00:10:5::/64 M", "fd00:10:5:1::/64 P"])
    page.key("Escape", 27)
    check.same("IPv6: back", len(page.run("probe.cells('fc00::/7')")), 5)
    check.none("IPv6: console", page.complaints())
    page.close()


def looks(check, browser, folder, name, scheme):
    """Checks the contrast, and that everything fits into a narrow window."""
    page = opened(browser, folder, name, scheme=scheme)
    unfold(page)
    check.none(f"{name}, {scheme}: contrast", page.run("probe.faint()"))
    check.none(f"{name}, {scheme}: overflow at 1280", page.run("probe.overflow()"))
    background = page.run("getComputedStyle(document.body).backgroundColor")
    dark = sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 384
    check.same(f"{name}: {scheme} background", dark, scheme == "dark")
    page.close()
    for width in (320, 768, 1920):
        page = opened(browser, folder, name, scheme=scheme, width=width, height=800)
        unfold(page)
        check.same(f"{name}: width", page.run("innerWidth"), width)
        check.none(f"{name}, {scheme}: overflow at {width}", page.run("probe.overflow()"))
        page.close()


def keyboard(check, browser, folder, width):
    """Checks that Tab reaches everything in the order of the page, that the focus is always visible, and that it does not get stuck."""
    page = opened(browser, folder, "mistakes", width=width, more=STILL)
    unfold(page)
    wanted = page.run("Array.from(document.querySelectorAll('a, button, input, summary, [tabindex=\"0\"]')).filter(e => e.tabIndex >= 0 "
                      "&& e.checkVisibility()).length")
    stops = []
    for _ in range(400):
        page.tab()
        stop = page.run("probe.focus()")
        if stop is None or (stops and stop["what"] == stops[0]["what"]):
            break
        stops.append(stop)
    name = f"keyboard at {width}"
    check.same(f"{name}: the first stop", stops[0]["text"], "Skip to the answer")
    check.same(f"{name}: then the sections", [s["text"] for s in stops[1:6]], ["Findings", "Migration network", "Room", "Nodes", "Addresses"])
    check.same(f"{name}: every stop, once", len(stops), wanted)
    check.none(f"{name}: no outline", [s for s in stops if not s["outline"] or s["contrast"] < 3])
    check.none(f"{name}: focus not visible", [s for s in stops if not s["seen"]])
    check.that(f"{name}: a filter", any(s["what"].startswith("input") for s in stops), [s["what"] for s in stops])
    page.close()


def skip_and_scroll(check, browser, folder):
    page = opened(browser, folder, "mistakes", width=360, height=800)
    page.tab()
    page.key("Enter", 13, "\r")
    check.same("skip link: focus", page.run("document.activeElement.id"), "main")
    page.run("document.querySelector('.scroll.bare').focus()")
    for _ in range(5):
        page.key("ArrowRight", 39)
    # Scrolling is animated, so wait for it, with a limit.
    moved = page.run("new Promise(done => { const frame = document.querySelector('.scroll.bare'); let left = 200;"
                     "const look = () => frame.scrollLeft > 0 || !left-- ? done(frame.scrollLeft) : setTimeout(look, 20);"
                     "look(); })")
    check.that("arrow keys move a wide drawing", moved > 0, moved)
    page.close()


def tree(check, browser, folder, width):
    """Checks what a screen reader gets."""
    page = opened(browser, folder, "mistakes", width=width)
    unfold(page)
    nodes = page.tree()
    roles = [role for role, _, _ in nodes]
    name = f"tree at {width}"
    check.that(f"{name}: landmarks", LANDMARKS <= set(roles), LANDMARKS - set(roles))
    check.same(f"{name}: one main heading", len([1 for role, _, n in nodes if role == "heading" and level(n) == 1]), 1)
    levels = [level(n) for role, _, n in nodes if role == "heading"]
    check.none(f"{name}: skipped heading levels", [(a, b) for a, b in zip(levels, levels[1:]) if b > a + 1])
    nameless = [role for role, text, _ in nodes if not text and role in
                ("link", "button", "table", "region", "navigation", "searchbox", "textbox", "image", "img", "heading", "columnheader",
                 "rowheader")]
    check.none(f"{name}: without a name", nameless)
    tables = page.run("document.querySelectorAll('table').length")
    check.same(f"{name}: tables", roles.count("table"), tables)
    check.same(f"{name}: rows", roles.count("row"), page.run("document.querySelectorAll('tr').length"))
    check.same(f"{name}: a header for each row", roles.count("rowheader"), page.run("document.querySelectorAll('tbody tr').length"))
    check.same(f"{name}: column headers", roles.count("columnheader"), page.run("document.querySelectorAll('thead th').length"))
    names = [text for role, text, _ in nodes if role == "region"]
    check.same(f"{name}: each region's name is its own", len(names), len(set(names)))
    cells = [text for role, text, _ in nodes if role == "button" and text.startswith("10.128.0.0/16: in use by")]
    check.same(f"{name}: a cell says what is in it", len(cells), 1)
    page.close()


def level(node):
    return next((p["value"]["value"] for p in node.get("properties", []) if p["name"] == "level"), 0)


def filter_rows(check, browser, folder):
    page = opened(browser, folder, "big")
    unfold(page)
    table = "area1"
    everything = page.run(f"probe.shown('{table}')")
    check.that("filter: all ranges", everything > 300, everything)
    page.run(f"document.getElementById('{table}-filter').focus()")
    page.type("vm-network-07 other")
    some = page.run(f"probe.shown('{table}')")
    check.same("filter: fewer rows", some, 10)
    status = page.run(f"document.querySelector('[data-table={table}] [role=status]').textContent")
    check.same("filter: says how many", status, f"{some} of {everything} rows")
    page.key("Escape", 27)
    check.same("filter: Escape shows all again", page.run(f"probe.shown('{table}')"), everything)
    head = page.run("(() => { const frame = document.querySelector('#area1').parentElement; frame.scrollTop = 600;"
                    "return document.querySelector('#area1 th').getBoundingClientRect().top - frame.getBoundingClientRect().top; })()")
    check.that("filter: the head of the table stays", -1 <= head <= 2, head)
    check.none("filter: console", page.complaints())
    page.close()


def without_script(check, browser, folder):
    page = opened(browser, folder, "trouble", script=False)
    shown = "Array.from(document.querySelectorAll('{}')).filter(e => e.checkVisibility()).length"
    check.that("without script: verdict", "7 mistakes" in page.run("document.getElementById('verdict').innerText"))
    check.same("without script: no filter", page.run(shown.format(".filter")), 0)
    cells = page.run("probe.cells('10.0.0.0/8')")
    check.same("without script: cells", len(cells), 256)
    check.same("without script: the overlap", cells[200],
               ["migration part bad star", "10.200.0.0/16: NAD storage/backup, NAD openshift-cnv/migration; overlap", "M"])
    check.same("without script: an image with a name", page.run("document.querySelector('.cells').getAttribute('role')"), "img")
    page.run("document.querySelectorAll('summary').forEach(s => s.click())")
    unfold(page)
    check.that("without script: tables", len(page.run("probe.rows('#addresses table')")) > 15)
    page.close()


def same_cells(check, browser, folder):
    """The script draws the first level as the page contains it."""
    for name in ("trouble", "big", "bridge", "demo"):
        titles = "Array.from(document.querySelectorAll('.area h3'), h => h.textContent)"
        page = opened(browser, folder, name, script=False)
        before = {title: [(c[0], c[2]) for c in page.run(f"probe.cells({json.dumps(title)})")] for title in page.run(titles)}
        page.close()
        page = opened(browser, folder, name)
        after = {title: [(c[0], c[2]) for c in page.run(f"probe.cells({json.dumps(title)})")] for title in before}
        page.close()
        check.none(f"{name}: cells that differ", [(t, i, a, b) for t in before for i, (a, b) in enumerate(zip(before[t], after[t])) if a != b])


def print_and_motion(check, browser, folder):
    page = opened(browser, folder, "demo", media="print", scheme="dark")
    check.same("print: no navigation", page.run("document.querySelector('nav').checkVisibility()"), False)
    check.same("print: tables whole", page.run("getComputedStyle(document.querySelector('.scroll')).overflowX"), "visible")
    page.run("dispatchEvent(new Event('beforeprint'))")
    check.same("print: everything is unfolded", page.run("document.querySelectorAll('details:not([open])').length"), 0)
    check.none("print: contrast", page.run("probe.faint()"))
    page.close()
    page = opened(browser, folder, "trouble", media="print", width=700)
    check.none("print: the drawing fits", page.run("[document.querySelector('.topology')].filter(e => e.getBoundingClientRect().right > "
                                                   "e.closest('.card').getBoundingClientRect().right).length"))
    page.close()
    page = opened(browser, folder, "demo", more=STILL)
    check.same("reduced motion", page.run("getComputedStyle(document.documentElement).scrollBehavior"), "auto")
    page.close()


def hostile(check, browser, folder):
    page = opened(browser, folder, "hostile", width=360, height=800)
    page.tab()
    unfold(page)
    page.run("document.querySelectorAll('.cells button').forEach(cell => cell.focus())")
    page.run("document.querySelectorAll('.cells').forEach(cells => cells.querySelector('.part, button').click())")
    quiet(check, page, "hostile")
    text = page.run("document.body.textContent")
    for wanted in ("<script>window.hit = 1</script>", "<iframe src=//example.com></iframe>", "<b onx=1>&eth0", "a" * 200):
        check.that(f"hostile: shows {wanted[:30]}", wanted in text)
    for hidden in ("\u202e", "\u0007", "\u001b", "\ufeff"):
        check.that(f"hostile: hides {hidden!r}", hidden not in text)
    page.close()
    for scheme in LIGHT_AND_DARK:
        looks(check, browser, folder, "hostile", scheme)


def sizes(check, browser, folder):
    """300 nodes and 200 NADs: less than 300 kB. 5,000 nodes and 1,200 pools: a browser can handle it."""
    size = os.path.getsize(os.path.join(folder, "big.html"))
    check.that("big: size", 100_000 < size < 300_000, size)
    page = opened(browser, folder, "big")
    groups = page.run("Array.from(document.querySelectorAll('.topology .host ~ text'), t => t.textContent)")
    check.same("big: nodes", groups, ["10 nodes", "like worker-280", "6 nodes", "like worker-290", "4 nodes", "like worker-296",
                                      "280 nodes", "like worker-000"])
    names = page.run("Array.from(document.querySelectorAll('.names'), l => l.children.length)")
    check.same("big: and their names", sorted(names), [4, 6, 10, 280])
    page.close()
    size = os.path.getsize(os.path.join(folder, "much.html"))
    check.that("much: size", size < 1_500_000, size)
    page = opened(browser, folder, "much")
    quiet(check, page, "much")
    unfold(page)
    nics = page.run("probe.rows('#topology table')")
    eth1 = next((row for row in nics if row[0] == "eth1"), [""] * 3)
    check.that("much: nodes that lack eth1", "missing on 1,250 nodes" in eth1[1], eth1)
    check.same("much: every range is drawn", [cell[0] for cell in page.run("probe.cells('192.168.0.0/16')")[:150]].count("free"), 0)
    page.close()
    looks(check, browser, folder, "big", "light")


def pictures(check, browser, _):
    """The pictures in docs/images follow the color scheme, and the recording moves unless the reader wants less motion."""
    images = os.path.join(HERE, "..", "..", "docs", "images")
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(26, 32, 41)")):
        for name in ("map", "layers", "performance-cpu"):
            page = Page(browser, os.path.join(images, name + ".svg"), scheme=scheme)
            check.same(f"{name}.svg: paper, {scheme}", page.run("getComputedStyle(document.querySelector('rect')).fill"), paper)
            page.close()
    for motion, last in (("no-preference", "0"), ("reduce", "1")):
        page = Page(browser, os.path.join(images, "recording.svg"), more=[{"name": "prefers-reduced-motion", "value": motion}])
        seen = page.run("Array.from(document.querySelectorAll('svg > g'), (line) => getComputedStyle(line).opacity)")
        check.that(f"recording.svg: lines, {motion}", len(seen) > 8 and seen[-1] == last, seen)
        covers = page.run("Array.from(document.querySelectorAll('g g'), (cover) => getComputedStyle(cover).opacity)")
        check.that(f"recording.svg: covers, {motion}", covers and (motion != "reduce" or set(covers) == {"0"}), covers)
        page.close()


def main(folder):
    check = Checks()
    with Browser() as browser:
        page = opened(browser, folder, "empty")
        quiet(check, page, "empty")
        check.that("empty: no NICs", "No NICs are known" in page.run("document.body.innerText"))
        page.close()
        for scheme in LIGHT_AND_DARK:
            for name in ("demo", "trouble", "mistakes", "bridge"):
                looks(check, browser, folder, name, scheme)
        for test in (verdicts, contents, findings, card, drawing, zoom, skip_and_scroll, filter_rows, without_script, same_cells,
                     print_and_motion, hostile, sizes, pictures):
            test(check, browser, folder)
        for width in (1280, 320):
            keyboard(check, browser, folder, width)
            tree(check, browser, folder, width)
    print(f"{check.done - len(check.failures)} checks passed, {len(check.failures)} failed")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
