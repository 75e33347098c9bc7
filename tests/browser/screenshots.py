"""Takes screenshots of a page, to look at: screenshots.py PAGE.html FOLDER, or of what one sees first: screenshots.py PAGE.html
PICTURE.png"""

import os
import sys

from devtools import Browser, Page

# name, width, height, colors, the whole page
LOOKS = (("first-light", 1280, 800, "light", False), ("first-dark", 1280, 800, "dark", False), ("whole-light", 1280, 800, "light", True),
         ("wide-light", 1920, 1080, "light", False), ("phone-light", 320, 640, "light", True), ("phone-dark", 320, 640, "dark", True))

page, to = sys.argv[1:]
with Browser() as browser:
    if to.endswith(".png"):
        with open(to, "wb") as out:
            out.write(Page(browser, page, width=1100, height=820, scheme="light").screenshot(whole=False))
        sys.exit()
    for name, width, height, scheme, whole in LOOKS:
        with open(os.path.join(to, name + ".png"), "wb") as out:
            out.write(Page(browser, page, width=width, height=height, scheme=scheme).screenshot(whole=whole))
