"""Takes screenshots of a page, to look at: screenshots.py PAGE.html FOLDER, or of what one sees first: screenshots.py PAGE.html
PICTURE.png"""

import os
import sys

from devtools import Browser, Page

LOOKS = (("wide-light", 1280, "light"), ("wide-dark", 1280, "dark"), ("phone-light", 360, "light"),
         ("phone-dark", 360, "dark"))

page, to = sys.argv[1:]
with Browser() as browser:
    if to.endswith(".png"):
        with open(to, "wb") as out:
            out.write(Page(browser, page, width=1100, height=620, scheme="light").screenshot(whole=False))
        sys.exit()
    for name, width, scheme in LOOKS:
        with open(os.path.join(to, name + ".png"), "wb") as out:
            out.write(Page(browser, page, width=width, height=800, scheme=scheme).screenshot())
