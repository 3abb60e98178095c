"""Runs `lrs demo` for the scripts that call it."""

import http.client
import os
import re
import ssl
import subprocess
import sys


def start(lrs, folder, learners, **environment):
    """Starts a demo in the folder. Returns its process and a connection with the provider's certificate."""
    process = subprocess.Popen(
        [lrs, "demo", "--dir", folder, "--port", "0", "--portal-port", "0", "--ops-port", "0", "--learners", str(learners)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment},
    )
    for line in process.stdout:
        if match := re.search(r"https://localhost:(\d+)/ExternalService", line):
            break
    else:
        sys.exit("the demo did not start")
    context = ssl.create_default_context(cafile=f"{folder}/pki/ca.pem")
    context.load_cert_chain(f"{folder}/pki/provider.pem")
    return process, http.client.HTTPSConnection("localhost", int(match[1]), context=context)
