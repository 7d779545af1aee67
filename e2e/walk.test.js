// Walks as people do through a real Jenkins with the plugin and a real MLflow server, in headless Chromium. Started by make browser.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { MLFLOW, until } from "./lib/environment.js";
import { launch, Person } from "./lib/jenkins.js";
import * as mlflow from "./lib/mlflow.js";
import { configure, DEPLOYMENT, LISTENING, MODEL, PIPELINE, POLICY, seed, TRAINING, VIEWS } from "./lib/story.js";

/** What the plugin adds to pages that are Jenkins' own. */
const OURS = "[class*=mlflow-]";
const JOB = `job/${MODEL}/`;

describe("MLflow evaluation gate in a browser", { timeout: 900_000 }, () => {
  let browser;
  let admin;
  let reader;
  let runs;

  /** What a page of ours must be, whatever is on it. */
  async function flawless(person, ours) {
    assert.deepEqual(await person.inaccessible(ours), [], `axe-core on ${person.page.url()}`);
    assert.deepEqual(person.takeTrouble(), [], `console and requests of ${person.page.url()}`);
  }

  /** Opens a page and reads it. */
  async function reads(person, path, ours) {
    await person.open(path);
    await flawless(person, ours);
    return person.read();
  }

  before(async () => {
    browser = await launch();
    admin = await Person.of(browser, "admin");
    reader = await Person.of(browser, "reader");
    runs = await seed();
  });

  after(async () => {
    for (const [rule, place] of new Map([...(admin?.foreign ?? []), ...(reader?.foreign ?? [])])) {
      console.log(`axe-core on what is Jenkins' own, not the plugin's: ${rule}, for example at ${place}`);
    }
    await browser?.close();
  });

  /** A step that the later ones build on: without it they would only wait. */
  let missing;
  function first(name, step) {
    it(name, async () => {
      missing = name;
      await step();
      missing = undefined;
    });
  }

  beforeEach(() => assert.equal(missing, undefined, "not walked, because an earlier step failed"));

  first("tests the connection and stores a policy, and says where a wrong policy is wrong", async () => {
    admin.takeTrouble();
    await configure(admin, async (page) => {
      const policy = page.locator("textarea[name='_.policy']");
      assert.match(await admin.read(), /MLflow 3\.\d+\.\d+ answered/);
      assert.match(await admin.read(), /May read: yes/);
      await policy.fill(POLICY.replace("precision:", "min_drop:\n        presicion:"));
      await policy.blur();
      await page.getByText(/Line \d+, column \d+/).first().waitFor();
      await flawless(admin, OURS);
      await policy.fill(POLICY);
      await policy.blur();
      await page.getByText(`Models: ${MODEL}`).waitFor();
    });
    await admin.open("manage/configure");
    assert.equal(await admin.page.locator("input[name='_.trackingUri']").inputValue(), MLFLOW);
    assert.equal(await admin.page.locator("textarea[name='_.policy']").inputValue(), POLICY);
    assert.deepEqual(admin.takeTrouble(), []);
  });

  first("runs gates of every outcome, each with the build's result that people expect", async () => {
    await admin.createPipeline(MODEL, PIPELINE, ["RUN_ID", "MODE"]);
    const results = [];
    const builds = [
      { RUN_ID: runs.first.run },
      { RUN_ID: runs.better.run },
      { RUN_ID: runs.worse.run },
      { RUN_ID: runs.slow.run },
      { RUN_ID: "0".repeat(32) },
      { RUN_ID: runs.best.run, MODE: "dry_run" },
    ];
    for (const [index, values] of builds.entries()) {
      results.push(await admin.build(MODEL, index + 1, values));
    }
    assert.deepEqual(results, ["SUCCESS", "SUCCESS", "FAILURE", "UNSTABLE", "FAILURE", "SUCCESS"]);
    assert.equal(await mlflow.versionAt(MODEL, "champion"), runs.better.version);
  });

  it("shows on the build's page what the gate came to", async () => {
    const failed = await reads(reader, `${JOB}3/`, OURS);
    assert.match(failed, /FAILED churn-classifier accuracy\/region\/south 0\.742 is 0\.058 under its bound of 0\.8/);
    assert.match(failed, /8 of 12 checks passed/);
    assert.match(await reads(reader, `${JOB}2/`, OURS), /PASSED.*champion/s);
    assert.match(await reads(reader, `${JOB}4/`, OURS), /UNSTABLE.*latency_ms/s);
    assert.match(await reads(reader, `${JOB}5/`, OURS), /ERROR.*NOT_FOUND|NOT_FOUND/s);
  });

  it("explains a promotion, a miss, an error and a dry run on the report's page", async () => {
    const promoted = await reads(reader, `${JOB}2/mlflow-eval-gate/`);
    assert.match(promoted, /PASSED/);
    assert.match(promoted, /champion/);
    const failed = await reads(reader, `${JOB}3/mlflow-eval-gate/`);
    assert.match(failed, /FAILED/);
    assert.ok(failed.indexOf("recall") < failed.lastIndexOf("precision"), "what failed comes first");
    assert.match(failed, /0\.85/);
    assert.match(await reads(reader, `${JOB}4/mlflow-eval-gate/`), /47\.9/);
    assert.match(await reads(reader, `${JOB}5/mlflow-eval-gate/`), /NOT_FOUND/);
    const dry = await reads(reader, `${JOB}6/mlflow-eval-gate/`);
    assert.match(dry, /dry.run/i);
    assert.match(dry, /PASSED/);
  });

  it("draws the trend of the metrics, readable with the keyboard and as a table", async () => {
    await reader.open(`${JOB}mlflow-eval-gate/`);
    await reader.page.locator(".mlflow-trend__chart svg").first().waitFor();
    await flawless(reader);
    const chart = reader.page.locator(".mlflow-trend__chart", { hasText: "accuracy" }).first();
    const readout = chart.locator(".mlflow-trend__readout");
    await chart.locator(".mlflow-trend__plot").focus();
    await reader.page.keyboard.press("Home");
    assert.match(await readout.innerText(), /build #1: .*0\.934/);
    await reader.page.keyboard.press("ArrowRight");
    assert.match(await readout.innerText(), /build #2: .*0\.941.*promoted version 2/);
    assert.match(await reads(reader, `${JOB}mlflow-eval-gate/table?model=${MODEL}&server=production&metric=recall`), /#3.*0\.83/s);
  });

  it("asks a person for approval, and promotes when it is given", async () => {
    await admin.createPipeline(
      "careful",
      `mlflowEvalGate model: '${MODEL}', runId: params.RUN_ID, baseline: 'champion', promote: [alias: 'challenger', approval: 'always']`,
      ["RUN_ID"],
    );
    await admin.start("careful", 1, { RUN_ID: runs.best.run });
    await until("the build waits for approval", async () => {
      const answer = await admin.context.request.get(`${process.env.JENKINS_URL}job/careful/1/input/`);
      return answer.ok() && (await answer.text()).includes("Approve");
    });
    assert.match(await reads(reader, "job/careful/1/", OURS), /pending approval/i);
    assert.match(await reads(reader, "job/careful/1/mlflow-eval-gate/"), /pending approval/i);
    await admin.newBuildPage(true);
    assert.match(await reads(admin, "job/careful/1/", OURS), /pending approval/i);
    await admin.newBuildPage(false);
    await admin.open("job/careful/1/");
    await admin.page.locator("a[href$='/input'], a[href$='/input/']").first().click();
    await admin.settled();
    assert.match(await admin.read(), /The gate passed/);
    await admin.page.locator("#main-panel input[name=value], #main-panel textarea[name=value]").first().fill("looked at the slices");
    await admin.page.getByRole("button", { name: "Approve" }).click();
    assert.equal(await until("the end of careful #1", async () => (await admin.state("careful", 1)).result), "SUCCESS");
    const report = await reads(admin, "job/careful/1/mlflow-eval-gate/");
    assert.match(report, /looked at the slices/);
    assert.match(report, /admin/);
    assert.equal(await mlflow.versionAt(MODEL, "challenger"), runs.best.version);
  });

  it("shows the runs of a build while it trains, and the gate evaluates the build's run", async () => {
    await admin.createPipeline("training", TRAINING, ["UNUSED"]);
    await admin.start("training", 1, {});
    await until("the training waits", async () => {
      const answer = await admin.context.request.get(`${process.env.JENKINS_URL}job/training/1/input/`);
      return answer.ok() && (await answer.text()).includes("Continue the training?");
    });
    await reader.open("job/training/1/");
    await reader.page.locator(".mlflow-runs-table").getByText("RUNNING").waitFor();
    assert.match(await reader.read(".mlflow-runs"), /nightly.*RUNNING.*customer-churn/s);
    await flawless(reader, OURS);
    await admin.newBuildPage(true);
    await admin.open("job/training/1/");
    await admin.page.locator(".mlflow-runs-table").getByText("RUNNING").waitFor();
    await flawless(admin, OURS);
    await admin.newBuildPage(false);
    await admin.open("job/training/1/input/");
    await admin.page.getByRole("button", { name: "Continue" }).click();
    assert.equal(await until("the end of training #1", async () => (await admin.state("training", 1)).result), "SUCCESS");
    assert.match(await reads(reader, "job/training/1/mlflow-runs/"), /nightly.*FINISHED.*accuracy *0\.934/s);
    assert.match(await reads(reader, "job/training/mlflow-runs/"), /#1.*nightly/s);
    assert.match(await reads(reader, "job/training/1/mlflow-eval-gate/"), /the run of this build/);
  });

  it("offers withMlflow in the snippet generator", async () => {
    await admin.open("job/training/pipeline-syntax/");
    await admin.page.locator("select.dropdownList").first().selectOption({ label: "withMlflow: Train against an MLflow server" });
    await admin.settled();
    await admin.page.locator("input[name='_.experiment']:visible").first().fill("customer-churn");
    await admin.page.getByRole("button", { name: "Generate Pipeline Script" }).click();
    await until("the snippet", async () =>
      (await admin.page.locator("#prototypeText").inputValue()).includes("withMlflow(experiment: 'customer-churn')"),
    );
    admin.takeTrouble();
  });

  it("tells administrators, and only them, that a server lists no jobs", async () => {
    assert.match(await reads(admin, "manage/", OURS), /production/);
    const refused = await reader.context.request.get(`${process.env.JENKINS_URL}manage/`);
    assert.equal(refused.status(), 403);
  });

  it("shows what is live to everybody, and offers the roll back to administrators alone", async () => {
    const seen = await reads(reader, `${JOB}mlflow-eval-gate/`);
    assert.match(seen, /champion.*2/s);
    assert.equal(await reader.page.getByRole("link", { name: /Roll back/ }).count(), 0);
    await admin.open(`${JOB}mlflow-eval-gate/`);
    const confirmation = await admin.page.getByRole("link", { name: /Roll back/ }).first().getAttribute("href");
    const refused = await reader.context.request.get(new URL(confirmation, admin.page.url()).href);
    assert.equal(refused.status(), 403);
  });

  it("rolls back what is live after it asked, and says who did it and why", async () => {
    await reads(admin, `${JOB}mlflow-eval-gate/`);
    await admin.page.getByRole("link", { name: /Roll back/ }).first().click();
    await admin.settled();
    await flawless(admin);
    assert.match(await admin.read(), /Live now version 2 Live afterwards version 1/);
    assert.equal(await mlflow.versionAt(MODEL, "champion"), runs.better.version, "nothing moves before it is confirmed");
    await admin.page.fill("input[name=reason]", "complaints from the field");
    await admin.page.getByRole("button", { name: "Roll back to version 1" }).click();
    await admin.page.getByText("complaints from the field").waitFor();
    await admin.settled();
    await flawless(admin);
    assert.match(await admin.read(), /Rolled back/);
    assert.match(await admin.read(), /admin/);
    assert.equal(await mlflow.versionAt(MODEL, "champion"), runs.first.version);
    assert.match(await reads(admin, "manage/mlflow-models/", OURS), /champion.*Rolled back/s);
  });

  it("refuses to roll back an alias that somebody else has moved meanwhile", async () => {
    assert.equal(await admin.build(MODEL, 7, { RUN_ID: runs.best.run }), "SUCCESS");
    await admin.open(`${JOB}mlflow-eval-gate/`);
    await admin.page.getByRole("link", { name: /Roll back/ }).first().click();
    await admin.settled();
    await mlflow.moveAlias(MODEL, "champion", runs.slow.version);
    assert.deepEqual(admin.takeTrouble(), []);
    await admin.page.getByRole("button", { name: /Roll back to version/ }).click();
    await admin.page.getByRole("alert").waitFor();
    await admin.settled();
    assert.match(await admin.read("[role=alert]"), new RegExp(`${runs.slow.version}`));
    const trouble = admin.takeTrouble();
    assert.ok(trouble.length > 0 && trouble.every((one) => one.includes("409")), trouble.join("\n"));
    assert.deepEqual(await admin.inaccessible(), []);
    assert.equal(await mlflow.versionAt(MODEL, "champion"), runs.slow.version);
  });

  it("starts a build when a version appears, and the gate evaluates that version", async () => {
    await admin.createPipeline("listening", LISTENING, ["UNUSED"]);
    assert.equal(await admin.build("listening", 1, {}), "SUCCESS");
    // The first poll starts nothing, so that one version may come too early.
    await until("a build for a new version", async () => {
      await runs.train({});
      await new Promise((passed) => setTimeout(passed, 5000));
      return admin.state("listening", 2);
    });
    assert.equal(await until("the end of listening #2", async () => (await admin.state("listening", 2)).result), "SUCCESS");
    const page = await reads(reader, "job/listening/2/", OURS);
    const version = page.match(/version (\d+)/)[1];
    assert.match(await reads(reader, "job/listening/2/mlflow-eval-gate/"), new RegExp(`[Vv]ersion ${version}\\b`));
    await admin.open("job/listening/configure");
    assert.deepEqual(admin.takeTrouble(), []);
    await admin.open("job/listening/directive-generator/");
    admin.takeTrouble();
    await admin.post("job/listening/disable", "");
  });

  it("rolls back what a build promoted if its deployment fails", async () => {
    await admin.createPipeline("deployment", DEPLOYMENT, ["RUN_ID", "FAILS"]);
    assert.equal(await admin.build("deployment", 1, { RUN_ID: runs.first.run }), "SUCCESS");
    assert.equal(await admin.build("deployment", 2, { RUN_ID: runs.better.run, FAILS: "yes" }), "SUCCESS");
    assert.equal(await mlflow.versionAt(MODEL, "shadow"), runs.first.version);
    assert.match(await reads(reader, "job/deployment/2/", OURS), /the smoke test failed/);
    assert.match(await reads(reader, "job/deployment/mlflow-eval-gate/"), /shadow.*Rolled back/s);
  });

  it("shows the models of all jobs in a column and in a view", async () => {
    await admin.script(VIEWS);
    assert.match(await reads(reader, "view/list/", OURS), /champion/);
    const models = await reads(reader, "view/models/", OURS);
    assert.match(models, /deployment.*churn-classifier/s);
    assert.match(models, /FAILED|PASSED/);
  });

  it("lets a team name a server of its own in its folder", async () => {
    await admin.open("job/team/configure");
    await admin.page.getByRole("button", { name: "Add MLflow server" }).click();
    const server = admin.page.locator(".repeated-chunk[name=servers]").last();
    await server.locator("input[name='_.name']").fill("ours");
    await server.locator("input[name='_.trackingUri']").fill(MLFLOW);
    await admin.page.keyboard.press("Tab");
    await admin.settled();
    await server.getByRole("button", { name: "Test connection" }).click();
    await server.getByText("answered").first().waitFor();
    await flawless(admin, OURS);
    await Promise.all([admin.page.waitForURL((url) => !url.pathname.endsWith("/configure")), admin.page.click("button[name=Submit]")]);
    await admin.open("job/team/configure");
    assert.equal(await admin.page.locator("input[name='_.trackingUri']").inputValue(), MLFLOW);
    admin.takeTrouble();
  });

  it("has no broken link on any page that was opened", async () => {
    // Following these would end the session, start or end something, ask a build that runs no more, or ask machines elsewhere.
    const away = (url) =>
      /\/(logout|build\?delay|stop|threadDump|pause\/toggle|toggleCollapse)/.test(url) || !(url.startsWith(process.env.JENKINS_URL) || url.startsWith(MLFLOW));
    assert.ok(admin.links.size > 20 && reader.links.size > 20);
    assert.deepEqual(await reader.brokenLinks(away), []);
    assert.deepEqual(await admin.brokenLinks(away), []);
  });
});
