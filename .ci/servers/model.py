# ruff: noqa: INP001 - a script
"""llama.cpp's own server (from the package xllamacpp) on 127.0.0.1. Usage: model.py FILE.gguf PORT KEY"""

import signal
import sys

import xllamacpp

file, port, key = sys.argv[1:]
chosen = xllamacpp.CommonParams()
chosen.model.path = file
chosen.hostnames = ["127.0.0.1"]
chosen.port = int(port)
chosen.api_keys = [key]
chosen.n_ctx = 4096
chosen.cpuparams_batch.n_threads = 1
chosen.ui = False
chosen.cpuparams.n_threads = 1  # two would wait for each other wherever a core is busy
server = xllamacpp.Server(chosen)
signal.pause()
