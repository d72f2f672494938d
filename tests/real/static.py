"""Writes blogs for real site generators, as their authors do, and has them built."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

SCRIPT = Path(__file__).parent.parent.parent / ".ci" / "servers" / "static.sh"
AUTHOR = "Odalys Brennan"

HUGO_CONFIG = 'baseURL = "{base}/"\nlanguageCode = "en-us"\ntitle = "Fern Street (Hugo)"\n'
HUGO_SINGLE = (
    "<!doctype html><html><head><title>{{ .Title }}</title></head><body><main>{{ .Content }}</main></body></html>"
)
HUGO_LIST = '<!doctype html>{{ range .Pages }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}'
HUGO_POST = '---\ntitle: "{title}"\ndate: {at:%Y-%m-%dT%H:%M:%S}Z\n---\n{words}\n'

JEKYLL_CONFIG = (
    'title: Fern Street (Jekyll)\nurl: "{site}"\nbaseurl: "{path}"\nplugins: [jekyll-feed]\ntimezone: Etc/UTC\n'
    "author: {author}\npermalink: /:year/:month/:day/:title.html\n"
)
JEKYLL_POST = '---\ntitle: "{title}"\ndate: {at:%Y-%m-%d %H:%M:%S} +0000\n---\n{words}\n'

PELICAN_CONFIG = (
    "AUTHOR='{author}'\nSITENAME='Fern Street (Pelican)'\nSITEURL='{base}'\nPATH='content'\nTIMEZONE='UTC'\n"
    "DEFAULT_LANG='en'\nFEED_ALL_ATOM='feeds/all.atom.xml'\nFEED_ALL_RSS='feeds/all.rss.xml'\nFEED_DOMAIN=SITEURL\n"
    "RSS_FEED_SUMMARY_ONLY=False\nLOAD_CONTENT_CACHE=False\nDEFAULT_PAGINATION=False\nDEFAULT_CATEGORY='notes'\n"
)
PELICAN_POST = "Title: {title}\nDate: {at:%Y-%m-%d %H:%M:%S}\nSlug: {slug}\n\n{words}\n"

FEEDS = {
    "hugo": ("index.xml",),
    "jekyll": ("feed.xml",),
    "pelican": ("feeds/all.atom.xml", "feeds/all.rss.xml"),
}


@dataclass
class Blog:
    """One blog of one generator. `build` makes its pages; the server counts whole seconds, so each is a day newer."""

    generator: str
    site: str
    folder: Path
    name: str = field(default_factory=lambda: f"blog-{secrets.token_hex(4)}")
    builds: int = 0

    @property
    def base(self) -> str:
        return f"{self.site}/{self.name}"

    @property
    def source(self) -> Path:
        return self.folder / self.name

    def found(self) -> None:
        """The generator's own files."""
        values = {"base": self.base, "site": self.site, "path": f"/{self.name}", "author": AUTHOR}
        files = {
            "hugo": {
                "config.toml": HUGO_CONFIG.format(**values),
                "layouts/_default/single.html": HUGO_SINGLE,
                "layouts/_default/list.html": HUGO_LIST,
                "layouts/index.html": HUGO_LIST,
                "content/posts/.keep": "",
            },
            "jekyll": {"_config.yml": JEKYLL_CONFIG.format(**values), "_posts/.keep": ""},
            "pelican": {"conf.py": PELICAN_CONFIG.format(**values), "content/.keep": ""},
        }[self.generator]
        for name, text in files.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def publish(self, title: str, words: str, at: datetime, *, build: bool = True) -> Path:
        """Write a post and build; returns its file, which `publish` with the same title and date writes anew."""
        slug = title.lower().replace(" ", "-")
        folder, pattern, name = {
            "hugo": ("content/posts", HUGO_POST, f"{slug}.md"),
            "jekyll": ("_posts", JEKYLL_POST, f"{at:%Y-%m-%d}-{slug}.md"),
            "pelican": ("content", PELICAN_POST, f"{slug}.md"),
        }[self.generator]
        path = self.source / folder / name
        path.write_text(pattern.format(title=title, at=at, slug=slug, words=words), encoding="utf-8")
        if build:
            self.build()
        return path

    def remove(self, path: Path) -> None:
        path.unlink()
        self.build()

    def build(self) -> None:
        subprocess.run([str(SCRIPT), "build", self.generator, self.name], check=True, timeout=120)
        self.builds += 1
        for path in (self.folder / "site" / self.name).rglob("*"):
            stamp = path.stat().st_mtime + self.builds * 86_400
            os.utime(path, (stamp, stamp))
