// What the walk asks of the real MLflow server, over its REST interface.

import { MLFLOW } from "./environment.js";

async function ask(method, path, fields) {
  const query = method === "GET" ? `?${new URLSearchParams(fields)}` : "";
  const response = await fetch(`${MLFLOW}/api/2.0/mlflow/${path}${query}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: method === "GET" ? undefined : JSON.stringify(fields),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`MLflow answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`);
  }
  return JSON.parse(text);
}

export async function experiment(name) {
  return (await ask("POST", "experiments/create", { name })).experiment_id;
}

export async function registerModel(name) {
  await ask("POST", "registered-models/create", { name });
}

/**
 * A finished run with these metrics, and a version of the model made from it.
 *
 * @param metrics names and values
 * @returns {run, source, version}
 */
export async function train(experimentId, model, metrics) {
  const { run } = await ask("POST", "runs/create", { experiment_id: experimentId, start_time: Date.now() });
  const id = run.info.run_id;
  const values = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: Date.now(), step: 0 }));
  await ask("POST", "runs/log-batch", { run_id: id, metrics: values });
  await ask("POST", "runs/update", { run_id: id, status: "FINISHED", end_time: Date.now() });
  const source = `${run.info.artifact_uri}/model`;
  await store(`${source}/MLmodel`, "flavors: {}\n");
  return { run: id, source, version: await version(model, { run: id, source }) };
}

/** A version of the model, made from a run that was trained for this model or for another. Returns its number. */
export async function version(model, { run, source }) {
  return (await ask("POST", "model-versions/create", { name: model, source, run_id: run })).model_version.version;
}

/** The gate promotes only what the server has a file MLmodel of. */
async function store(uri, text) {
  const path = uri.replace(/^mlflow-artifacts:\/+/, "");
  const response = await fetch(`${MLFLOW}/api/2.0/mlflow-artifacts/artifacts/${path}`, { method: "PUT", body: text });
  if (!response.ok) {
    throw new Error(`PUT ${uri}: ${response.status} ${await response.text()}`);
  }
}

export async function moveAlias(name, alias, version) {
  await ask("POST", "registered-models/alias", { name, alias, version });
}

/** The version that holds the alias. */
export async function versionAt(name, alias) {
  return (await ask("GET", "registered-models/alias", { name, alias })).model_version.version;
}
