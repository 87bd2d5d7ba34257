"""The server: ports, starting and stopping, many at once, what may be looked at, and the command."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from calling import V1

from inpaint_nb.simulator import Clock, Simulator

WAIT = 30


def test_three_origins_on_loopback(sim):
    """The API, the pictures and elsewhere are three ports of this machine alone."""
    origins = {sim.url, sim.pictures_url, sim.elsewhere_url}
    assert len(origins) == 3
    assert all(origin.startswith("http://127.0.0.1:") for origin in origins)


def test_the_environment(sim):
    """The variables that point inpaint_nb at it."""
    assert sim.environment == {
        "IMAGINEPRO_BASE_URL": sim.url,
        "LOTIMAGE_BASE_URL": sim.url,
        "IMAGINEPRO_API_KEY": sim.key,
        "LOTIMAGE_API_KEY": sim.key,
    }


def test_what_it_records(caller):
    """Each call with method, path, query, body, headers and status, and never the key."""
    caller.imagine("a fox", ref="mine")
    caller.get(f"{V1}/nova/images", page=1)
    first, second = caller.sim.calls
    assert (first.method, first.path, first.status) == ("POST", f"{V1}/nova/imagine", 200)
    assert first.body == {"prompt": "a fox", "ref": "mine"}
    assert (second.query, second.key, second.origin) == ({"page": "1"}, "right", "api")
    assert caller.sim.key not in repr(caller.sim.calls) + repr(caller.sim.jobs) + repr(caller.sim.account)
    assert [(job.prompt, job.ref) for job in caller.sim.jobs] == [("a fox", "mine")]


def test_stopping_cuts_and_refuses(caller, another):
    """After stop nobody answers, and stopping twice is fine."""
    caller.imagine()
    caller.sim.stop()
    caller.sim.stop()
    with pytest.raises(httpx.ConnectError):
        another(caller.sim).imagine()


def test_stopping_ends_a_request_that_waits(sim, another):
    """A request that would never be answered is cut."""
    sim.trouble("poll-silence")
    seen = []

    def ask():
        try:
            another(sim).get(f"{V1}/message/fetch/x")
        except httpx.HTTPError as error:
            seen.append(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not any(call.fault for call in sim.calls):
        thread.join(0.001)
    sim.stop()
    thread.join(WAIT)
    assert seen == [httpx.RemoteProtocolError]


def test_a_restart_keeps_ports_and_jobs(caller, another):
    """Started again, it is where it was, and knows what it knew."""
    url, asked = caller.sim.url, caller.imagine().json()["messageId"]
    caller.sim.stop()
    caller.sim.start()
    assert caller.sim.url == url
    assert another(caller.sim).fetch(asked)["messageId"] == asked


def test_a_hundred_jobs_at_once(configured, another):
    """Many at once, on a clock that runs by itself, all end well and apart."""
    caller = configured("fast", seconds_per_job=20)

    def whole(n):
        one = another(caller.sim)
        asked = one.imagine(f"fox {n}", ref=str(n)).json()["messageId"]
        while (told := one.fetch(asked))["status"] != "DONE":
            continue
        return told["ref"], told["prompt"]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(whole, range(100))) == [(str(n), f"fox {n}") for n in range(100)]
    assert (caller.sim.submits, len({job.id for job in caller.sim.jobs})) == (100, 100)
    assert caller.sim.account.credits == 0


def test_connections_are_many(sim, another):
    """A hundred open connections are answered."""
    made = [another(sim) for _ in range(100)]
    assert {one.get(f"{V1}/nova/images").status_code for one in made} == {200}


def test_clocks():
    """Manual stands still until it jumps; a speed, a Clock and three names are taken, others refused."""
    clock = Clock(0)
    assert clock.now() == 0
    clock.advance(7)
    assert clock.now() == 7
    assert clock.wall() >= 7
    assert Simulator(clock).clock is clock
    assert [Simulator(given).clock.speed for given in ("manual", "real", "fast", 3)] == [0, 1, 200, 3]
    with pytest.raises(ValueError, match="manual, real, fast"):
        Simulator("slow")
    with pytest.raises(ValueError, match="documented"):
        Simulator(flavour="vanilla")


def test_an_unused_simulator_needs_no_server():
    """Making one opens nothing, and stopping it is fine."""
    made = Simulator()
    made.stop()
    assert made.jobs == made.calls == made.webhooks == []


def test_a_port_of_ones_choice():
    """The API's port can be chosen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Simulator(port=port) as sim:
        assert sim.url == f"http://127.0.0.1:{port}"


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is sent")
def test_the_command():
    """`python -m inpaint_nb.simulator` says how to reach it, serves, and ends on Ctrl+C without a word."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "inpaint_nb.simulator",
        "--speed",
        "1000",
        "--credits",
        "20",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        lines = [running.stdout.readline() for _ in range(5)]
        told = dict(re.findall(r"^export (\w+)=(\S+)$", "".join(lines), re.MULTILINE))
        headers = {"Authorization": f"Bearer {told['IMAGINEPRO_API_KEY']}"}
        url = told["IMAGINEPRO_BASE_URL"] + f"{V1}/subscription/account-info"
        assert httpx.get(url, headers=headers, trust_env=False).json()["credits"] == 20
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=WAIT)
    assert (running.returncode, errors) == (0, "")
    assert set(told) == {"IMAGINEPRO_BASE_URL", "IMAGINEPRO_API_KEY", "LOTIMAGE_BASE_URL", "LOTIMAGE_API_KEY"}


def test_the_commands_help():
    """--help lists the troubles."""
    command = [sys.executable, "-m", "inpaint_nb.simulator", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=True).stdout
    assert "stuck93" in told
    assert "truncated-json" in told


def test_what_it_imports():
    """The simulator brings neither httpx nor the providers; conformance alone knows the layers below."""
    script = (
        "import sys, inpaint_nb; before = set(sys.modules); import inpaint_nb.simulator; "
        "print(sorted(n for n in set(sys.modules) - before if n.split('.')[0] in ('httpx', 'inpaint_nb')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=WAIT, check=True
    )
    assert "httpx" not in run.stdout
    assert "inpaint_nb.simulator.server" in run.stdout
    assert "conformance" not in run.stdout


def test_without_its_extra():
    """Where starlette is missing, the error says what to install."""
    script = "import sys; sys.modules['starlette'] = None; import inpaint_nb.simulator"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert "pip install 'inpaint_nb[simulator]'" in run.stderr
