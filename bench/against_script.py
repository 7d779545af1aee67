"""Measures gate.sh and the command line on the same MLflow server: whole processes, by turns, each with fresh runs.

against_script.py LAUNCHER JAR TABLE REPETITIONS

LAUNCHER is copied with its jar into a directory of its own, where it has no archive of classes, and into another, where it has.
If a Java 25 or newer is installed beside the default one, it is measured too. The table goes to the file TABLE as Markdown. The
server is that of MLFLOW_TRACKING_URI.
"""

import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

MODEL = "bench"
OPTIONS = "--model bench --threshold accuracy=0.92 --threshold recall=0.85 --threshold log_loss=<=0.35".split()
HERE = os.path.dirname(os.path.abspath(__file__))


def ask(path, body=None, method=None):
    """MLflow's response. Its client would do, but a child's peak memory counts from its parent's."""
    url = os.environ["MLFLOW_TRACKING_URI"] + path
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        text = response.read()
    return json.loads(text) if text.startswith(b"{") else text.decode()


def register_model():
    """Makes the registered model, unless it is there from a measurement before."""
    try:
        ask("/api/2.0/mlflow/registered-models/create", {"name": MODEL})
    except urllib.error.HTTPError as error:
        if b"RESOURCE_ALREADY_EXISTS" not in error.read():
            raise


def log_runs(count):
    """Ids of finished runs, each with three good metrics and the files of a model."""
    api = "/api/2.0/mlflow/runs/"
    ids = []
    for _ in range(count):
        now = int(time.time() * 1000)
        run = ask(api + "create", {"experiment_id": "0", "start_time": now})["run"]["info"]["run_id"]
        values = {"accuracy": 0.934, "recall": 0.9, "log_loss": 0.21}
        metrics = [{"key": key, "value": value, "timestamp": now, "step": 0} for key, value in values.items()]
        ask(api + "log-batch", {"run_id": run, "metrics": metrics})
        ask(f"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/MLmodel", {}, "PUT")
        ask(api + "update", {"run_id": run, "status": "FINISHED", "end_time": now})
        ids.append(run)
    return ids


def feature(home):
    """The feature number of the Java that is installed in this directory, or 0."""
    try:
        with open(os.path.join(home, "release"), encoding="utf-8") as file:
            return int(re.search(r'^JAVA_VERSION="(\d+)', file.read(), re.MULTILINE).group(1))
    except (OSError, AttributeError):
        return 0


def newer_java():
    """The home of the newest Java that lies beside the default one, if its archives hold more than classes, or None."""
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    beside = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(java))))
    newest = max((os.path.join(beside, name) for name in os.listdir(beside)), key=feature)
    return newest if feature(newest) >= 25 else None


def measure(command, home=None):
    """Wall time in ms and peak memory in MB of the whole process, with the Java of this home or the default one."""
    environment = {**os.environ, "JAVA_HOME": home} if home else None
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    told = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = (time.perf_counter() - begin) * 1000
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} ended with {status}:\n{told.decode()}")
    peak = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return wall, peak


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.0f} ({low:.0f} to {high:.0f})"


def answer_ms(run):
    """The median time of one answer, on a connection that is open."""
    address = urllib.parse.urlsplit(os.environ["MLFLOW_TRACKING_URI"])
    connection = http.client.HTTPConnection(address.hostname, address.port)
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        connection.request("GET", f"/api/2.0/mlflow/runs/get?run_id={run}")
        connection.getresponse().read()
        times.append((time.perf_counter() - begin) * 1000)
    connection.close()
    return statistics.median(times)


def main():
    launcher, jar, table, repetitions = sys.argv[1:3] + [sys.argv[3], int(sys.argv[4])]
    os.environ["PYTHON"] = sys.executable
    register_model()
    spare = log_runs(4)
    newer = newer_java()
    fresh = log_runs(5 * (repetitions + 1))
    time.sleep(6)  # longer than settle, so that no gate has to wait
    with tempfile.TemporaryDirectory() as directory:
        for name in ("plain", "archived"):
            os.mkdir(os.path.join(directory, name))
            for file in (launcher, jar):
                shutil.copy(file, os.path.join(directory, name))
        plain, archived = (os.path.join(directory, name, "mlflow-eval-gate") for name in ("plain", "archived"))
        report = os.path.join(directory, "report.json")
        make = [archived, "--archive", "check", *OPTIONS, "--promote", "champion", "--json", report, "--run-id"]
        measure([*make, spare[0]])
        with open(report, encoding="utf-8") as file:
            requests = {"promote": json.load(file)["timing"]["requests"], "evaluate": 1}
        ways = {
            "script with MLflow's Python client": lambda run, job: [
                "sh", os.path.join(HERE, "gate.sh"), run, *([MODEL] if job == "promote" else [])],
            "`java -jar`": lambda run, job: ["java", "-jar", jar, *check(run, job)],
            "launcher": lambda run, job: [plain, *check(run, job)],
            "launcher with archive": lambda run, job: [archived, *check(run, job)],
        }
        homes = {}
        if newer:
            measure([*make, spare[3]], newer)
            way = f"launcher with archive, Java {feature(newer)}"
            ways[way] = ways["launcher with archive"]
            homes[way] = newer
        lines = []
        for job, title in (("evaluate", "evaluate three metrics"), ("promote", "evaluate, create a version and promote it")):
            results = {way: [] for way in ways}
            for turn in range(repetitions + 1):
                for way, command in ways.items():
                    run = fresh.pop() if job == "promote" else spare[1]
                    result = measure(command(run, job), homes.get(way))
                    if turn > 0:  # the first turn fills the caches of the file system
                        results[way].append(result)
            lines += rows(title, results, requests[job])
            print("\n".join(lines[-len(ways):]), flush=True)
    with open(table, "w", encoding="utf-8") as file:
        file.write(
            "### Against a script\n\n"
            f"Whole processes, by turns on one MLflow {ask('/version')} server with its data in SQLite; {repetitions} turns,"
            f" median (quartiles). One answer of this server takes {answer_ms(spare[0]):.0f} ms.\n\n"
            "| job | who does it | wall time, ms | of the script's | peak memory, MB | of the script's | requests |\n"
            "| --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(lines) + "\n"
        )


def check(run, job):
    return ["check", *OPTIONS, "--run-id", run, *(["--promote", "champion"] if job == "promote" else [])]


def rows(title, results, requests):
    script = next(iter(results.values()))
    lines = []
    for way, measured in results.items():
        ratios = []
        for column in (0, 1):
            ratio = statistics.median(row[column] for row in script) / statistics.median(row[column] for row in measured)
            ratios.append("1" if measured is script else f"1/{ratio:.1f}")
        wall, peak = (quartiles([row[column] for row in measured]) for column in (0, 1))
        sent = ("1" if requests == 1 else "4") if measured is script else str(requests)
        lines.append(f"| {title} | {way} | {wall} | {ratios[0]} | {peak} | {ratios[1]} | {sent} |")
    return lines


if __name__ == "__main__":
    main()
