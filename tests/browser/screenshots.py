"""Takes screenshots of a page, to look at: screenshots.py PAGE.html FOLDER"""

import os
import sys

from devtools import Browser, Page

LOOKS = (("wide-light", 1280, "light"), ("wide-dark", 1280, "dark"), ("phone-light", 360, "light"),
         ("phone-dark", 360, "dark"))

page, folder = sys.argv[1:]
with Browser() as browser:
    for name, width, scheme in LOOKS:
        with open(os.path.join(folder, name + ".png"), "wb") as out:
            out.write(Page(browser, page, width=width, height=800, scheme=scheme).screenshot())
