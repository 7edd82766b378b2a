"""
The default command: `server.py DIRECTORY` serves the page in DIRECTORY and a snapshot under /api/machine, on loopback only.
The port is PORT, or a free one; the address is printed once requests are answered.
"""

import os
import sys

from bottle import Bottle, static_file
from waitress.server import create_server

from machine import snapshot


def dashboard(directory):
    app = Bottle()
    app.get("/api/machine", callback=snapshot)
    app.get("/", callback=lambda: static_file("index.html", root=directory))
    app.get("/<path:path>", callback=lambda path: static_file(path, root=directory))
    return app


def main():
    server = create_server(dashboard(sys.argv[1]), host="127.0.0.1", port=int(os.environ.get("PORT", "0")))
    print(f"http://127.0.0.1:{server.effective_port}/", flush=True)
    server.run()


main()
