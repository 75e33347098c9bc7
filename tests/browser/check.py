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
STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}]
LANDMARKS = {"banner", "navigation", "main", "contentinfo"}


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


def contents(check, page):
    rows = page.run("probe.rows('#addresses table')")
    kinds = {row[0].split(" ")[0]: row[1] for row in rows if len(row) == 5}
    for text, kind in DEMO.items():
        check.that(f"demo: {text} is a {kind}", kinds.get(text, "").endswith(kind), kinds.get(text))
    who = {row[0].split(" ")[0]: row[2] for row in rows}
    check.that("demo: the owner of a pool", "openshift-cnv/my-secondary-network" in who.get("10.200.5.0/24", ""), who)
    check.that("demo: part of a subnet", any("10.60.0.100 to 10.60.0.199" in row[0] for row in rows), rows)

    nics = {row[0]: row for row in page.run("probe.rows('#nics table')")}
    check.that("demo: NICs", {"eth1", "eth4", "br-ex", "bond2"} <= nics.keys(), list(nics))
    if "br-ex" in nics and "eth1" in nics:
        check.that("demo: br-ex carries the node", "default route" in " ".join(nics["br-ex"]), nics["br-ex"])
        check.that("demo: eth1 is usable", nics["eth1"][1] == "usable", nics["eth1"])
        check.that("demo: a bridge without a port", "without a port" in nics["br-lonely"][1], nics["br-lonely"])
        check.that("demo: eth4's user", "storage/storage" in nics["eth4"][-1], nics["eth4"])
        check.that("demo: MTU", any("MTU 9000" in cell for cell in nics["bond2"]), nics["bond2"])
    check.that("demo: no findings", "No problems found" in page.run("document.getElementById('findings').innerText"))
    suggestions(check, page, rows)


def suggestions(check, page, rows):
    """Checks with Python's ipaddress that the suggestions have the requested size and overlap nothing."""
    found = [row[0] for row in page.run("probe.rows('#suggestions0')")[1:]]
    used = [ipaddress.ip_network(row[0].split(" ")[0]) for row in rows
            if row[1] != "free" and re.match(r"[0-9a-f.:]+/\d+( |$)", row[0])]
    check.that("demo: used networks", len(used) >= len(DEMO), used)
    check.that("demo: suggestions", found)
    for text in found:
        network = ipaddress.ip_network(text)
        check.same(f"demo: size of {text}", network.prefixlen, 24)
        check.none(f"demo: {text} overlaps", [u for u in used if u.version == network.version and u.overlaps(network)])
    sizes = 0
    unfold(page)
    for row in page.run("probe.rows('#room table')"):
        if row[-1].startswith(("10.", "172.", "192.")) and row[0].startswith("/"):
            network = ipaddress.ip_network(row[-1])
            check.same("demo: size of the lowest", f"/{network.prefixlen}", row[0].split(" ")[0])
            check.same(f"demo: {network} is too small", "too small" in row[0], network.num_addresses < 5)
            sizes += 1
            check.none(f"demo: {network} overlaps", [u for u in used if u.version == 4 and u.overlaps(network)])
    check.that("demo: free space of every size", sizes > 30, sizes)


def findings(check, browser, folder):
    page = opened(browser, folder, "mistakes")
    quiet(check, page, "mistakes")
    with open(os.path.join(folder, "audit.json"), encoding="utf-8") as file:
        wanted = sorted((f["action"], f["rule"]) for f in json.load(file)["findings"])
    rows = page.run("probe.rows('#findings table')")[1:]
    check.that("mistakes: findings", len(wanted) >= 5, wanted)
    check.same("mistakes: rules", sorted((row[0], row[3]) for row in rows), wanted)
    for scheme in ("light", "dark"):
        looks(check, browser, folder, "mistakes", scheme)
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
    for width in (320, 360):
        page = opened(browser, folder, name, scheme=scheme, width=width, height=800)
        unfold(page)
        check.same(f"{name}: width", page.run("innerWidth"), width)
        check.none(f"{name}, {scheme}: overflow at {width}", page.run("probe.overflow()"))
        check.none(f"{name}, {scheme}: contrast at {width}", page.run("probe.faint()"))
        page.close()


def keyboard(check, browser, folder, width):
    """Checks that Tab reaches everything in the order of the page, that the focus is always visible, and that it does not get stuck."""
    page = opened(browser, folder, "mistakes", width=width, more=STILL)
    stops = []
    for _ in range(80):
        page.tab()
        stop = page.run("probe.focus()")
        if stop is None or (stops and stop["what"] == stops[0]["what"]):
            break
        stops.append(stop)
    name = f"keyboard at {width}"
    check.same(f"{name}: the first stop", stops[0]["text"], "Skip to the map")
    check.same(f"{name}: then the sections", [s["text"] for s in stops[1:5]],
               ["Addresses", "Free ranges", "NICs by node", "Findings"])
    check.that(f"{name}: Tab does not get stuck", len(stops) < 80)
    check.none(f"{name}: no outline", [s for s in stops if not s["outline"] or s["contrast"] < 3])
    check.none(f"{name}: focus not visible", [s for s in stops if not s["seen"]])
    scrolled = page.run("Array.from(document.querySelectorAll('.scroll')).filter(frame => frame.checkVisibility()).length")
    check.same(f"{name}: every table's frame", len([s for s in stops if s["role"] == "region"]), scrolled)
    check.that(f"{name}: a filter", any(s["what"].startswith("input") for s in stops), [s["what"] for s in stops])
    page.close()


def skip_and_scroll(check, browser, folder):
    page = opened(browser, folder, "mistakes", width=360, height=800)
    page.tab()
    page.key("Enter", 13, "\r")
    check.same("skip link: focus", page.run("document.activeElement.id"), "main")
    page.run("document.querySelector('#nics .scroll').focus()")
    for _ in range(5):
        page.key("ArrowRight", 39)
    # Scrolling is animated, so wait for it, with a limit.
    moved = page.run("new Promise(done => { const frame = document.querySelector('#nics .scroll'); let left = 200;"
                     "const look = () => frame.scrollLeft > 0 || !left-- ? done(frame.scrollLeft) : setTimeout(look, 20);"
                     "look(); })")
    check.that("arrow keys move a wide table", moved > 0, moved)
    page.close()


def tree(check, browser, folder, width):
    """Checks what a screen reader gets. It must be the same on a phone, where two tables look like lists."""
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
                ("link", "table", "region", "navigation", "searchbox", "textbox", "image", "img", "heading", "columnheader",
                 "rowheader")]
    check.none(f"{name}: without a name", nameless)
    tables = page.run("document.querySelectorAll('table').length")
    check.same(f"{name}: tables", roles.count("table"), tables)
    check.same(f"{name}: rows", roles.count("row"), page.run("document.querySelectorAll('tr').length"))
    check.same(f"{name}: a header for each row", roles.count("rowheader"), page.run("document.querySelectorAll('tbody tr').length"))
    check.same(f"{name}: column headers", roles.count("columnheader"), page.run("document.querySelectorAll('thead th').length"))
    check.same(f"{name}: cells", roles.count("cell") + roles.count("gridcell"), page.run("Array.from(document.querySelectorAll('td')).filter(cell => cell.checkVisibility()).length"))
    names = [text for role, text, _ in nodes if role == "region"]
    check.same(f"{name}: each region's name is its own", len(names), len(set(names)))
    page.close()


def level(node):
    return next((p["value"]["value"] for p in node.get("properties", []) if p["name"] == "level"), 0)


def filter_rows(check, browser, folder):
    page = opened(browser, folder, "mistakes")
    table = page.run("document.querySelector('.filter:not([hidden])').dataset.table")
    everything = page.run(f"probe.shown('{table}')")
    check.that("filter: only for long tables", everything > 8, everything)
    page.run(f"document.getElementById('{table}-filter').focus()")
    page.type("10.128")
    some = page.run(f"probe.shown('{table}')")
    check.that("filter: fewer rows", 0 < some < everything, some)
    status = page.run(f"document.querySelector('[data-table={table}] [role=status]').textContent")
    check.same("filter: says how many", status, f"{some} of {everything} rows")
    page.key("Escape", 27)
    check.same("filter: Escape shows all again", page.run(f"probe.shown('{table}')"), everything)
    check.none("filter: console", page.complaints())
    page.close()


def without_script(check, browser, folder):
    page = opened(browser, folder, "demo", script=False)
    check.that("without script: tables", len(page.run("probe.rows('#addresses table')")) > len(DEMO))
    check.same("without script: no filter", page.run("Array.from(document.querySelectorAll('.filter')).filter(f => "
                                                     "f.checkVisibility()).length"), 0)
    page.close()


def print_and_motion(check, browser, folder):
    page = opened(browser, folder, "demo", media="print", scheme="dark")
    check.same("print: no navigation", page.run("document.querySelector('nav').checkVisibility()"), False)
    check.same("print: tables whole", page.run("getComputedStyle(document.querySelector('.scroll')).overflowX"), "visible")
    check.none("print: contrast", page.run("probe.faint()"))
    page.close()
    page = opened(browser, folder, "demo", more=STILL)
    check.same("reduced motion", page.run("getComputedStyle(document.documentElement).scrollBehavior"), "auto")
    page.close()


def hostile(check, browser, folder):
    page = opened(browser, folder, "hostile", width=360, height=800)
    page.tab()
    quiet(check, page, "hostile")
    text = page.run("document.body.textContent")
    for wanted in ("<script>window.hit = 1</script>", "<iframe src=//example.com></iframe>", "<b onx=1>&eth0", "a" * 200):
        check.that(f"hostile: shows {wanted[:30]}", wanted in text)
    for hidden in ("\u202e", "\u0007", "\u001b", "\ufeff"):
        check.that(f"hostile: hides {hidden!r}", hidden not in text)
    page.close()
    for scheme in ("light", "dark"):
        looks(check, browser, folder, "hostile", scheme)


def large(check, browser, folder):
    size = os.path.getsize(os.path.join(folder, "large.html"))
    check.that("large: size", size < 2_000_000, size)
    page = opened(browser, folder, "large")
    quiet(check, page, "large")
    check.that("large: rows", page.run("document.querySelectorAll('tr').length") < 2500)
    nics = page.run("probe.rows('#nics table')")
    check.that("large: 5,000 nodes in few columns", 4 <= len(nics[0]) - 3 <= 8, nics[0])
    eth1 = next((row for row in nics if row[0] == "eth1"), [""] * 3)
    check.that("large: nodes that lack eth1", "missing on 1,250 nodes" in eth1[1], eth1)
    check.that("large: rows left out are counted", re.search(r"[\d,]+ more rows are not shown", page.run("document.body.innerText")))
    page.close()
    looks(check, browser, folder, "large", "light")


def pictures(check, browser, _):
    """The pictures in docs/images follow the color scheme, and the recording moves unless the reader wants less motion."""
    images = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "images")
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
        page = opened(browser, folder, "demo")
        quiet(check, page, "demo")
        contents(check, page)
        page.close()
        page = opened(browser, folder, "empty")
        quiet(check, page, "empty")
        check.that("empty: no NICs", "No NICs are known" in page.run("document.body.innerText"))
        page.close()
        for scheme in ("light", "dark"):
            looks(check, browser, folder, "demo", scheme)
        for test in (findings, skip_and_scroll, filter_rows, without_script, print_and_motion, hostile, large, pictures):
            test(check, browser, folder)
        for width in (1280, 360):
            keyboard(check, browser, folder, width)
            tree(check, browser, folder, width)
    print(f"{check.done - len(check.failures)} checks passed, {len(check.failures)} failed")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
