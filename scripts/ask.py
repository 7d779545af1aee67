"""The questions of the demonstration to MLflow and Jenkins. Nothing but Python's own library.

ask.py answers URL                            exit status 0 if the address answers
ask.py job JENKINSFILE                        the configuration of a job with this pipeline, on standard output
ask.py register MLFLOW MODEL                  creates a registered model without versions
ask.py builds JENKINS MODEL GOOD DEGRADED     runs the good and the degraded build and writes their last reports to the files
ask.py outcome MLFLOW MODEL GOOD DEGRADED     checks both reports, and with MLflow who the champion is
"""

import http.cookiejar
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from xml.sax.saxutils import escape

OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
)
BUILD_DEADLINE_SECONDS = 300

JOB = """<?xml version='1.1' encoding='UTF-8'?>
<flow-definition>
  <properties>
    <hudson.model.ParametersDefinitionProperty>
      <parameterDefinitions>
        <hudson.model.StringParameterDefinition>
          <name>TRAINING_ARGS</name>
          <defaultValue></defaultValue>
        </hudson.model.StringParameterDefinition>
      </parameterDefinitions>
    </hudson.model.ParametersDefinitionProperty>
  </properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition">
    <script>%s</script>
    <sandbox>true</sandbox>
  </definition>
</flow-definition>
"""


def get(url):
    with OPENER.open(url, timeout=20) as answer:
        return answer.read().decode()


def post(url, headers, data):
    OPENER.open(urllib.request.Request(url, data, headers), timeout=20).close()


def submit(url, crumb, **fields):
    post(url, crumb, urllib.parse.urlencode(fields).encode())


def answers(url):
    try:
        get(url)
    except (OSError, ValueError):
        sys.exit(1)


def job(jenkinsfile):
    with open(jenkinsfile, encoding="utf-8") as file:
        print(JOB % escape(file.read()), end="")


def register(mlflow, model):
    post(
        f"{mlflow}/api/2.0/mlflow/registered-models/create",
        {"Content-Type": "application/json"},
        json.dumps({"name": model}).encode(),
    )


class Build:
    """One build of the job, from its number on."""

    def __init__(self, jenkins, crumb, name, number):
        self.url = f"{jenkins}job/{name}/{number}/"
        self.crumb = crumb
        self.number = number

    def state(self):
        try:
            return json.loads(get(self.url + "api/json?tree=building,result"))
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return {"building": True, "result": None}
            raise

    def waits_for_input(self):
        try:
            return "\nPromote or Abort" in get(self.url + "consoleText")
        except urllib.error.HTTPError:
            return False

    def finish(self):
        deadline = time.monotonic() + BUILD_DEADLINE_SECONDS
        approved = False
        told = time.monotonic()
        while True:
            state = self.state()
            if not state["building"]:
                return state["result"], approved
            if not approved and self.waits_for_input():
                print(f"  build {self.number}: there is no champion yet; approving the first one")
                submit(f"{self.url}input/FirstChampion/proceedEmpty", self.crumb)
                approved = True
            if time.monotonic() > deadline:
                sys.exit(f"build {self.number} did not finish within {BUILD_DEADLINE_SECONDS} s: {self.url}console")
            if time.monotonic() - told > 15:
                print(f"  build {self.number}: still running")
                told = time.monotonic()
            time.sleep(1)


def builds(jenkins, model, good_file, degraded_file):
    answer = json.loads(get(jenkins + "crumbIssuer/api/json"))
    crumb = {answer["crumbRequestField"]: answer["crumb"]}
    plan = [(1, "good", "", "SUCCESS", True, good_file), (2, "degraded", "--degraded", "FAILURE", False, degraded_file)]
    wrong = []
    pages = []
    for number, kind, arguments, wanted, approval, file in plan:
        print(f"Build {number}: a {kind} model")
        submit(f"{jenkins}job/{model}/buildWithParameters", crumb, TRAINING_ARGS=arguments)
        build = Build(jenkins, crumb, model, number)
        result, approved = build.finish()
        console = get(build.url + "consoleText")
        lines = [line for line in console.splitlines() if line.startswith("[mlflowEvalGate]")]
        print("\n".join("    " + line for line in lines or console.splitlines()[-40:]))
        print(f"  build {number}: {result}")
        if not lines:
            sys.exit(f"build {number} did not come to the gate")
        if result != wanted:
            wrong.append(f"build {number} ended as {result}, not {wanted}")
        if approved != approval:
            wrong.append(f"build {number} asked for approval: {approved}, not {approval}")
        reports = json.loads(get(build.url + "mlflow-eval-gate/api/json?depth=3")).get("reports", [])
        pages += [f"{build.url}mlflow-eval-gate/{n + 1}/" for n in range(len(reports))]
        report = get(f"{build.url}mlflow-eval-gate/{max(1, len(reports))}/report.json")
        table(json.loads(report))
        with open(file, "w", encoding="utf-8") as copy:
            copy.write(report)
    print("Report pages, while this Jenkins runs (make demo KEEP=1 keeps it):")
    print("\n".join("  " + page for page in pages))
    if wrong:
        sys.exit("; ".join(wrong))


def table(report):
    print(f"    {report['status']}: {report['reason']}")
    for check in report["checks"]:
        print(f"      {check['verdict']:<12} {check['metric']} {check['rule']} {check['limit']}: {check['reason']}")


def outcome(mlflow, model, good_file, degraded_file):
    with open(good_file, encoding="utf-8") as file:
        good = json.load(file)
    with open(degraded_file, encoding="utf-8") as file:
        degraded = json.load(file)
    query = urllib.parse.urlencode({"name": model, "alias": "champion"})
    champion = json.loads(get(f"{mlflow}/api/2.0/mlflow/registered-models/alias?{query}"))["model_version"]
    print(f"MLflow says: champion of {model} is version {champion['version']}, run {champion['run_id']}")
    checks = {
        "the good model passed": good["status"] == "PASSED",
        "the good model was promoted": good["promotion"]["promoted"] is True,
        "the degraded model was refused": degraded["status"] == "FAILED",
        "the degraded model was not promoted": not (degraded["promotion"] or {}).get("promoted"),
        "it was compared with the good one": (degraded["baseline"] or {}).get("run_id") == good["candidate"]["run_id"],
        "a rule against the champion failed": any(
            check["rule"] == "max_drop" and check["verdict"] == "FAILED" for check in degraded["checks"]
        ),
        "the champion is the good version": champion["version"] == good["candidate"]["version"]
        and champion["run_id"] == good["candidate"]["run_id"],
    }
    for what, holds in checks.items():
        if not holds:
            print(f"  NOT TRUE: {what}")
    sys.exit(not all(checks.values()))


if __name__ == "__main__":
    {"answers": answers, "job": job, "register": register, "builds": builds, "outcome": outcome}[sys.argv[1]](*sys.argv[2:])
