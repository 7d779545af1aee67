// Takes pictures of every page into target/screenshots, in light and dark, wide and narrow, with reports of 0, 1, 12 and 500 checks and with lists of
// 0, 1 and 100 models; and copies the few that the documentation shows into docs/images. Started by make screenshots.

import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch, Person } from "./lib/jenkins.js";
import { configure, DEPLOYMENT, fill, FOLDERS, LISTENING, MODEL, PIPELINE, RIGHTS, seed, TRAINING, VIEWS } from "./lib/story.js";

const ROOT = new URL("../", import.meta.url);
const OUT = fileURLToPath(new URL("target/screenshots/", ROOT));
const DOCS = fileURLToPath(new URL("docs/images/", ROOT));
const LARGEST_BYTES = 200 * 1024;
const JOB = `job/${MODEL}/`;
const MANY = 500;

/** Which picture the documentation shows, and from where. */
const SHOWN = {
  "report.png": "report-12-1280-light.png",
  "build.png": "build-1280-light.png",
  "models.png": "models-1280-light.png",
  "configuration.png": "configuration-1280-light.png",
};

/** Of a long page the documentation shows the upper part. */
const SHOWN_HEIGHT = 1200;

/** Reports by how many checks they have. */
const CHECKS = { 0: `${JOB}5/`, 1: "job/one/1/", 12: `${JOB}3/`, 500: "job/many/1/" };

const browser = await launch();
const admin = await Person.of(browser, "admin");
let wide = 0;

async function prepare() {
  const runs = await seed();
  await configure(admin);
  await admin.createPipeline(MODEL, PIPELINE, ["RUN_ID", "MODE"]);
  const builds = [runs.first.run, runs.better.run, runs.worse.run, runs.slow.run, "0".repeat(32), runs.best.run];
  for (const [index, run] of builds.entries()) {
    await admin.build(MODEL, index + 1, { RUN_ID: run, MODE: index === 5 ? "dry_run" : "enabled" });
  }
  for (let number = 7; number <= 24; number++) {
    const swing = Math.sin(number / 2.5) / 60;
    const next = await runs.train({ accuracy: 0.936 + swing, recall: 0.869 + swing, log_loss: 0.3 - swing, latency_ms: 33 + 300 * swing });
    await admin.build(MODEL, number, { RUN_ID: next.run, MODE: number % 6 === 0 ? "enabled" : "dry_run" });
  }
  await admin.createPipeline("training", TRAINING.replace(/ *input .*\n/, ""), ["UNUSED"]);
  for (let number = 1; number <= 3; number++) {
    await admin.build("training", number, {});
  }
  await admin.createPipeline("listening", LISTENING, ["UNUSED"]);
  await admin.build("listening", 1, {});
  await admin.createPipeline("deployment", DEPLOYMENT, ["RUN_ID", "FAILS"]);
  await admin.build("deployment", 1, { RUN_ID: runs.first.run });
  await admin.build("deployment", 2, { RUN_ID: runs.better.run, FAILS: "yes" });
  await admin.script(VIEWS);
  await admin.script(RIGHTS);
  await fill(admin, runs);
  await admin.createPipeline("one", `mlflowEvalGate model: '${MODEL}', runId: params.RUN_ID, thresholds: [accuracy: 0.92], promote: false`, ["RUN_ID"]);
  await admin.build("one", 1, { RUN_ID: runs.first.run });
  const many = {};
  for (let i = 0; i < MANY; i++) {
    many[`metric_${String(i).padStart(3, "0")}`] = Math.round((0.7 + 0.29 * Math.abs(Math.sin(i))) * 1000) / 1000;
  }
  const run = await runs.train(many);
  const rules = "(0..<500).collectEntries { [('metric_' + it.toString().padLeft(3, '0')): 0.72] }";
  await admin.createPipeline("many", `mlflowEvalGate model: '${MODEL}', runId: params.RUN_ID, thresholds: ${rules}, promote: false`, ["RUN_ID"]);
  await admin.build("many", 1, { RUN_ID: run.run });
}

async function picture(person, name, highest = 2600) {
  const over = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) {
    console.log(`${name}: the page is ${over} pixels wider than the window`);
    wide++;
  }
  // A page of 500 rows is as tall as a house: its upper part shows what there is to see.
  const { width } = person.page.viewportSize();
  const height = await person.page.evaluate(() => document.documentElement.scrollHeight);
  const shot = (path, limit) =>
    person.page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, limit) } });
  await shot(`${OUT}${name}.png`, highest);
  const shown = Object.keys(SHOWN).find((one) => SHOWN[one] === `${name}.png`);
  if (shown) {
    await shot(DOCS + shown, SHOWN_HEIGHT);
  }
}

/** Opens what is under Advanced. */
async function unfold(part) {
  await part.getByRole("button", { name: "Advanced" }).click();
  await part.locator("textarea[name='_.caCertificates']").waitFor();
}

async function everyPage(person, suffix) {
  const { page } = person;
  const shot = async (name, path) => {
    await person.open(path);
    await picture(person, `${name}-${suffix}`);
  };
  await shot("job", JOB);
  await shot("build", `${JOB}3/`);
  await shot("build-promoted", `${JOB}2/`);
  for (const [count, path] of Object.entries(CHECKS)) {
    await shot(`report-${count}`, `${path}mlflow-eval-gate/`);
  }
  await shot("runs-build", "job/training/1/");
  await shot("runs", "job/training/1/mlflow-runs/");
  await shot("runs-job", "job/training/mlflow-runs/");
  await shot("report-promoted", `${JOB}2/mlflow-eval-gate/`);
  await person.open(`${JOB}mlflow-eval-gate/`);
  await page.locator(".mlflow-trend__chart svg").first().waitFor();
  await picture(person, `models-${suffix}`);
  await shot("trend-table", `${JOB}mlflow-eval-gate/table?model=${MODEL}&server=production`);
  await shot("build-rolled-back", "job/deployment/2/");
  await shot("view-models", "view/models/");
  await shot("view-column", "view/list/");
  for (const folder of Object.keys(FOLDERS)) {
    await shot(`view-models-${folder}`, `job/${folder}/view/models/`);
    await shot(`view-column-${folder}`, `job/${folder}/view/list/`);
  }
  const { width, height } = page.viewportSize();
  // So tall that nothing lies over the forms: neither Jenkins' head nor the buttons below.
  await page.setViewportSize({ width, height: 3600 });
  await shot("trigger", "job/listening/configure");
  await shot("folder", "job/team/configure");
  await person.open("job/team/job/inner/configure");
  await unfold(page.locator(".repeated-chunk[name=servers]").last());
  await picture(person, `folder-server-${suffix}`, 3600);
  await page.setViewportSize({ width, height });
  await shot("all-models", "manage/mlflow-models/");
  await page.getByRole("link", { name: /Roll back/ }).first().click();
  await person.settled();
  await picture(person, `roll-back-${suffix}`);
  await person.open("manage/configure");
  await page.setViewportSize({ width, height: 6000 });
  const section = page.locator(".jenkins-section:has(textarea[name='_.policy'])");
  await section.getByRole("button", { name: "Test connection" }).click();
  await section.getByText("answered").first().waitFor();
  await section.screenshot({ path: `${OUT}configuration-${suffix}.png` });
  await unfold(section.locator(".repeated-chunk[name=servers]").last());
  await section.locator("select[name='_.webhookSecretId']").selectOption("mlflow-webhook");
  await section.getByRole("button", { name: "Register webhook" }).click();
  await section.getByText(/webhook/i).last().waitFor();
  await person.settled();
  await section.screenshot({ path: `${OUT}webhook-${suffix}.png` });
  if (SHOWN["configuration.png"] === `configuration-${suffix}.png`) {
    await copyFile(`${OUT}configuration-${suffix}.png`, `${DOCS}configuration.png`);
  }
}

try {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await mkdir(DOCS, { recursive: true });
  await prepare();
  const { cookies } = await admin.context.storageState();
  for (const width of [1280, 480]) {
    for (const colorScheme of ["light", "dark"]) {
      const person = await Person.of(browser, null, { viewport: { width, height: 900 }, colorScheme, storageState: { cookies, origins: [] } });
      await everyPage(person, `${width}-${colorScheme}`);
      await person.context.close();
      console.log(`${width} wide, ${colorScheme}: taken`);
    }
  }
  for (const name of Object.keys(SHOWN)) {
    const { size } = await stat(DOCS + name);
    if (size > LARGEST_BYTES) {
      throw new Error(`docs/images/${name} has ${size} bytes, which is too large`);
    }
  }
  if (wide > 0) {
    throw new Error(`${wide} pages are wider than the window`);
  }
} finally {
  await browser.close();
}
