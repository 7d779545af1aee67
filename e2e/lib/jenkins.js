// The browser, and what the walk asks of the real Jenkins. Every page that is opened is watched for trouble.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { CHROMIUM, JENKINS, PASSWORD, until } from "./environment.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SERIOUS = ["serious", "critical"];

export async function launch() {
  // Without its sandbox, because build machines and containers often do not allow it; only our own pages are opened.
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A person with a browser window. Null is somebody who is not signed in. */
export class Person {
  static async of(browser, name, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const person = new Person(context, await context.newPage());
    if (name) {
      await person.open("login");
      await person.page.fill("input[name=j_username]", name);
      await person.page.fill("input[name=j_password]", PASSWORD);
      await Promise.all([person.page.waitForURL((url) => !url.pathname.includes("login")), person.page.click("button[name=Submit]")]);
    }
    return person;
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
    /** What went wrong in the browser since it was looked at the last time. */
    this.trouble = [];
    /** What axe-core found in Jenkins' own parts, which are not ours to mend: the rule, and one of the places. */
    this.foreign = new Map();
    this.links = new Map();
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.trouble.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.trouble.push(`script: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (why !== "net::ERR_ABORTED") {
        this.trouble.push(`request: ${why} ${request.url()}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 400) {
        this.trouble.push(`answer: ${response.status()} ${response.url()}`);
      }
    });
  }

  /** Opens a page of Jenkins, such as job/NAME/; fails unless it is there and its content security policy is enforced. */
  async open(path) {
    const response = await this.page.goto(JENKINS + path, { waitUntil: "load" });
    if (!response.ok()) {
      throw new Error(`${path} answered ${response.status()}`);
    }
    if (!response.headers()["content-security-policy"]) {
      throw new Error(`${path} came without a content security policy that is enforced`);
    }
    await this.settled();
    await this.rememberLinks();
  }

  /** Until nothing is asked of Jenkins any more. */
  async settled() {
    await this.page.waitForLoadState("networkidle");
  }

  async rememberLinks() {
    const hrefs = await this.page.$$eval("a[href]", (all) => all.map((one) => one.href));
    for (const href of hrefs) {
      const url = href.split("#")[0];
      if (url.startsWith("http") && !this.links.has(url)) {
        this.links.set(url, this.page.url());
      }
    }
  }

  /** The text of a part as a person reads it, with single blanks. */
  async read(selector = "#main-panel") {
    return (await this.page.locator(selector).first().innerText()).replace(/\s+/g, " ");
  }

  /** What went wrong since the last call. */
  takeTrouble() {
    return this.trouble.splice(0);
  }

  /**
   * Asks axe-core about the page that is open.
   *
   * @param ours selector of the parts that the plugin makes
   * @returns what is serious or critical in them, in words
   */
  async inaccessible(ours = "#main-panel") {
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async () => (await globalThis.axe.run(document)).violations);
    const found = [];
    for (const violation of violations.filter((one) => SERIOUS.includes(one.impact))) {
      for (const node of violation.nodes) {
        const place = node.target.flat().join(" ");
        const mine = await this.page.evaluate(
          ([target, scope]) => {
            const element = document.querySelector(target);
            return element === null || element.closest(scope) !== null;
          },
          [node.target.flat().at(-1), ours],
        );
        const words = `${violation.impact} ${violation.id} at ${place}: ${violation.help}. ${node.failureSummary?.replace(/\s+/g, " ")}`;
        if (mine) {
          found.push(words);
        } else {
          this.foreign.set(`${violation.impact} ${violation.id}`, place);
        }
      }
    }
    return found;
  }

  /** Asks for every link that was seen, once. Returns those that did not answer, and where they were. */
  async brokenLinks(skip) {
    const broken = [];
    for (const [url, where] of this.links) {
      if (skip(url)) {
        continue;
      }
      const response = await this.context.request.get(url, { timeout: 30000 });
      if (response.status() >= 400) {
        broken.push(`${response.status()} ${url} on ${where}`);
      }
    }
    return broken;
  }

  async post(path, body, type) {
    const crumb = await (await this.context.request.get(`${JENKINS}crumbIssuer/api/json`)).json();
    const response = await this.context.request.post(JENKINS + path, {
      headers: { [crumb.crumbRequestField]: crumb.crumb, ...(type && { "Content-Type": type }) },
      data: body,
      maxRedirects: 0,
    });
    if (response.status() >= 400) {
      throw new Error(`${path} answered ${response.status()}`);
    }
    return response;
  }

  async json(path) {
    const response = await this.context.request.get(JENKINS + path);
    return response.ok() ? response.json() : null;
  }

  /** A pipeline with this script, and text parameters of these names. */
  async createPipeline(name, script, parameters = []) {
    const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const definitions = parameters.map(
      (one) => `<hudson.model.StringParameterDefinition><name>${one}</name><defaultValue></defaultValue></hudson.model.StringParameterDefinition>`,
    );
    const xml = `<flow-definition><properties><hudson.model.ParametersDefinitionProperty><parameterDefinitions>${definitions.join("")}
      </parameterDefinitions></hudson.model.ParametersDefinitionProperty></properties>
      <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script>${escape(script)}</script><sandbox>true</sandbox></definition>
      </flow-definition>`;
    await this.post(`createItem?name=${encodeURIComponent(name)}`, xml, "application/xml");
  }

  /** Starts a build and waits for its end. Returns what it came to, such as SUCCESS. */
  async build(job, number, values) {
    await this.start(job, number, values);
    return until(`the end of ${job} #${number}`, async () => (await this.state(job, number))?.result);
  }

  async start(job, number, values) {
    await this.post(`job/${job}/buildWithParameters?${new URLSearchParams({ ...values, delay: "0sec" })}`);
    await until(`the begin of ${job} #${number}`, () => this.state(job, number));
  }

  /** Runs a Groovy script in Jenkins, which only the administrator may. */
  async script(script) {
    const response = await this.post("scriptText", new URLSearchParams({ script }).toString(), "application/x-www-form-urlencoded");
    const text = await response.text();
    if (/Exception/.test(text)) {
      throw new Error(text);
    }
  }

  /** Whether this person, who must be the administrator, sees Jenkins' new build page. */
  async newBuildPage(on) {
    const flag = on ? "['new-build-page.flag': 'true']" : "[:]";
    await this.script(`hudson.model.User.get('admin').addProperty(new jenkins.model.experimentalflags.UserExperimentalFlagsProperty(${flag}))`);
  }

  async state(job, number) {
    const state = await this.json(`job/${job}/${number}/api/json?tree=building,result`);
    return state && { ...state, result: state.building ? null : state.result };
  }
}
