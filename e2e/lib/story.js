// The models, rules and builds that both the walk and the screenshots have.

import { MLFLOW, until } from "./environment.js";
import * as mlflow from "./mlflow.js";

export const MODEL = "churn-classifier";

/** Twelve checks: seven metrics, of which two are compared with the champion too, and three regions. */
export const POLICY = `version: 1
models:
  ${MODEL}:
    wait: {timeout: 60s, settle: 1s}
    baseline: {alias: champion, when_missing: rubber_stamp}
    metrics:
      accuracy: {min: 0.92, max_drop: 0.01}
      precision: ">= 0.88"
      recall: {min: 0.85, max_drop: 0.01}
      f1: 0.86
      log_loss: {max: 0.35, max_drop: 0.05}
      latency_ms: {max: 40, criticality: unstable}
      "accuracy/region/*": {min: 0.80}
    promote: {alias: champion}
`;

const GOOD = {
  accuracy: 0.934,
  precision: 0.901,
  recall: 0.872,
  f1: 0.886,
  log_loss: 0.291,
  latency_ms: 31.5,
  "accuracy/region/north": 0.941,
  "accuracy/region/south": 0.917,
  "accuracy/region/west": 0.889,
};

/** Runs in MLflow by what the gate will make of them. */
export async function seed() {
  const experiment = await mlflow.experiment("customer-churn");
  await mlflow.registerModel(MODEL);
  const train = (changes) => mlflow.train(experiment, MODEL, { ...GOOD, ...changes });
  return {
    first: await train({}),
    better: await train({ accuracy: 0.941, recall: 0.881, latency_ms: 30.2 }),
    worse: await train({ accuracy: 0.926, recall: 0.83, "accuracy/region/south": 0.742 }),
    slow: await train({ latency_ms: 47.9 }),
    best: await train({ accuracy: 0.952, recall: 0.899, log_loss: 0.262 }),
    train,
  };
}

/** What the builds of the job run: the stored policy, with the run and the mode of the build's parameters. */
export const PIPELINE = `mlflowEvalGate model: '${MODEL}', runId: params.RUN_ID, runMode: params.MODE ?: 'enabled'`;

/**
 * Configures the server and stores the policy as an administrator does it, in the form.
 *
 * @param look called with the page when all is filled in, before it is saved
 */
export async function configure(admin, look = async () => {}) {
  const { page } = admin;
  await admin.open("manage/configure");
  await page.getByRole("button", { name: "Add MLflow server" }).click();
  const server = page.locator(".repeated-chunk[name=servers]").last();
  await server.locator("input[name='_.name']").fill("production");
  await server.locator("input[name='_.trackingUri']").fill(MLFLOW);
  // Jenkins takes its "required" away when the field is left, and then the button below moves up.
  await page.keyboard.press("Tab");
  await admin.settled();
  await server.getByRole("button", { name: "Test connection" }).click();
  await server.getByText("answered").first().waitFor();
  const policy = page.locator("textarea[name='_.policy']");
  await policy.fill(POLICY);
  await policy.blur();
  await page.getByText(`Models: ${MODEL}`).waitFor();
  await look(page);
  await Promise.all([page.waitForURL((url) => !url.pathname.endsWith("/configure")), page.click("button[name=Submit]")]);
}

/** A job that trains twice in one block, and waits in between for somebody to continue: the run is RUNNING meanwhile. */
export const TRAINING = `node {
  withMlflow(experiment: 'customer-churn', tags: [team: 'growth']) {
    writeFile file: 'begin.py', text: """import mlflow, os
run = mlflow.start_run(run_name='nightly')
mlflow.log_metrics({${Object.entries(GOOD)
  .map(([name, value]) => `'${name}': ${value}`)
  .join(", ")}})
open('run', 'w').write(run.info.run_id)
os._exit(0)"""
    writeFile file: 'end.py', text: """import mlflow
with mlflow.start_run(run_id=open('run').read()): pass"""
    sh '${process.env.MLFLOW_PYTHON} begin.py'
    input id: 'Continue', message: 'Continue the training?', ok: 'Continue'
    sh '${process.env.MLFLOW_PYTHON} end.py'
  }
}
mlflowEvalGate model: '${MODEL}', promote: false`;

/** Starts by itself when a version of the model appears. */
export const LISTENING = `properties([pipelineTriggers([mlflowModelVersion(model: '${MODEL}', poll: '10s')])])
mlflowEvalGate model: '${MODEL}', thresholds: [accuracy: 0.9], promote: false`;

/** Promotes, and rolls back because its deployment fails. */
export const DEPLOYMENT = `mlflowEvalGate model: '${MODEL}', runId: params.RUN_ID, thresholds: [accuracy: 0.9], promote: 'shadow'
if (params.FAILS) {
  mlflowRollback model: '${MODEL}', alias: 'shadow', reason: 'the smoke test failed'
}`;

/** A list of jobs with the column of the models, the view of the models, and a folder of a team. */
export const VIEWS = `def jenkins = jenkins.model.Jenkins.get()
def list = new hudson.model.ListView('list', jenkins)
list.includeRegex = '.*'
list.columns.add(new io.jenkins.plugins.mlflow.live.ModelColumn())
jenkins.addView(list)
jenkins.addView(new io.jenkins.plugins.mlflow.live.ModelsView('models'))
jenkins.createProject(com.cloudbees.hudson.plugins.folder.Folder, 'team')`;

/** Folders whose view and list of jobs have no models (empty), one (small) and a hundred (fleet). */
export const FOLDERS = { empty: 0, small: 1, fleet: 100 };

const MODELS = Array.from({ length: FOLDERS.fleet }, (_, i) => `fleet-${["demand", "price", "delivery-time-of-large-parcels"][i % 3]}-${i}`);

/** Fills the folders of FOLDERS: a job for each model, whose gate passes, fails or is unstable; every second one that passes promotes. */
export async function fill(admin, runs) {
  for (const model of MODELS) {
    await mlflow.registerModel(model);
    await mlflow.version(model, runs.first);
  }
  await admin.script(`import com.cloudbees.hudson.plugins.folder.Folder
import io.jenkins.plugins.mlflow.live.*
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition
import org.jenkinsci.plugins.workflow.job.WorkflowJob
def folder = { name ->
  def made = jenkins.model.Jenkins.get().createProject(Folder, name)
  made.addView(new ModelsView('models'))
  def list = new hudson.model.ListView('list', made)
  list.includeRegex = '.*'
  list.columns.add(new ModelColumn())
  made.addView(list)
  made
}
def job = { parent, name, script ->
  def made = parent.createProject(WorkflowJob, name)
  made.definition = new CpsFlowDefinition(script, true)
  made
}
job(folder('empty'), 'train', 'mlflowEvalGate model: "none"')
job(folder('small'), 'gate', "mlflowEvalGate model: '${MODEL}', version: 1, thresholds: [accuracy: 0.9], promote: false").scheduleBuild2(0)
def fleet = folder('fleet')
'${MODELS.join(" ")}'.split(' ').eachWithIndex { model, i ->
  def needed = i % 5 == 4 ? 0.99 : 0.9
  def onFailure = i % 10 == 9 ? 'unstable' : 'failure'
  def promote = i % 2 ? 'false' : "'champion'"
  job(fleet, model - 'fleet-', "mlflowEvalGate model: '\${model}', version: 1, thresholds: [accuracy: \${needed}], onFailure: '\${onFailure}', promote: \${promote}").scheduleBuild2(0)
}`);
  for (const [name, count] of Object.entries(FOLDERS).filter(([, one]) => one > 0)) {
    await until(
      `${count} builds in ${name}`,
      async () => (await admin.json(`job/${name}/api/json?tree=jobs[lastCompletedBuild[number]]`)).jobs.filter((one) => one.lastCompletedBuild).length === count,
      300,
    );
  }
}

/** A webhook secret for the server, and a folder whose policy is locked and which has another one inside. */
export const RIGHTS = `import com.cloudbees.hudson.plugins.folder.Folder
import com.cloudbees.plugins.credentials.*
import io.jenkins.plugins.mlflow.config.*
def secret = new org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl(
  CredentialsScope.GLOBAL, 'mlflow-webhook', 'Signs the webhooks of MLflow', hudson.util.Secret.fromString('not for production'))
SystemCredentialsProvider.instance.store.addCredentials(com.cloudbees.plugins.credentials.domains.Domain.global(), secret)
def policy = { locked, accuracy -> "version: 1\\nmodels:\\n  ${MODEL}:\\n" + (locked ? '    locked: true\\n' : '') + "    metrics:\\n      accuracy: {min: \${accuracy}}\\n" }
def team = jenkins.model.Jenkins.get().getItem('team')
def outer = new MlflowFolderProperty()
outer.policy = policy(true, 0.92)
team.addProperty(outer)
def inner = new MlflowFolderProperty()
def server = new MlflowServerConfiguration('ours', '${MLFLOW}')
server.usage = new ServerUsage('team/**')
def promotion = new PromotionRights('team/inner/main')
promotion.fourEyes = true
server.promotion = promotion
inner.servers = [server]
inner.policy = policy(false, 0.85)
team.createProject(Folder, 'inner').addProperty(inner)`;
