// Where the servers are; scripts/browser.sh says it.

function needed(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set; run scripts/browser.sh`);
  }
  return value;
}

/** With a slash at its end. */
export const JENKINS = needed("JENKINS_URL");
export const MLFLOW = needed("MLFLOW_TRACKING_URI");
export const CHROMIUM = needed("CHROMIUM");
export const PASSWORD = needed("BROWSER_PASSWORD");

/**
 * Asks until the answer is not empty.
 *
 * @param what for the message if it never is
 * @param question a function, asked about three times a second
 * @returns the answer
 */
export async function until(what, question, seconds = 120) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question();
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${seconds} s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
