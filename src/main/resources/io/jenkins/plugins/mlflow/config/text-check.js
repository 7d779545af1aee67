/*
 * Long texts of the MLflow form. Jenkins' own validation sends the text within the address, which is refused beyond a few
 * kilobytes; this sends it as the body. What the server answers is its own markup, as with Jenkins' validation. A text that is
 * numbered shows its line numbers, and a click on a problem leads to its place.
 */
Behaviour.specify("TEXTAREA.mlflow-text-check", "mlflow-text-check", 0, function (area) {
  const PAUSE_MS = 500;
  const MOST_ROWS = 40;
  const item = area.closest(".jenkins-form-item");
  const result = item.querySelector(".validation-error-area");
  const numbers = item.querySelector(".mlflow-text-check__numbers");
  let asked = 0;
  let pause;

  function show(content, isMarkup) {
    if (isMarkup) {
      result.innerHTML = content;
    } else {
      const problem = document.createElement("div");
      problem.className = "error";
      problem.textContent = content;
      result.replaceChildren(problem);
    }
    const visible = result.textContent.trim() !== "";
    result.classList.toggle("validation-error-area--visible", visible);
    result.style.height = visible ? "auto" : "0px";
  }

  function check() {
    const mine = ++asked;
    clearTimeout(pause);
    fetch(area.dataset.checkUrl, {
      method: "post",
      headers: crumb.wrap({ "Content-Type": "application/x-www-form-urlencoded" }),
      body: new URLSearchParams({ value: area.value }).toString(),
    })
      .then((answer) => answer.text().then((text) => ({ ok: answer.ok, text })))
      .catch(() => ({ ok: false }))
      .then((answer) => {
        if (mine === asked) {
          show(answer.ok ? answer.text : area.dataset.unchecked, answer.ok);
        }
      });
  }

  function number() {
    if (numbers) {
      const count = area.value.split("\n").length;
      numbers.textContent = Array.from({ length: count }, (unused, index) => index + 1).join("\n");
      area.rows = Math.min(MOST_ROWS, Math.max(area.rows, count + 1));
      numbers.scrollTop = area.scrollTop;
    }
  }

  function lead(line, column) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
    const end = start + (lines[line - 1] || "").length;
    area.focus();
    area.setSelectionRange(Math.min(start + column - 1, end), end);
    area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 4);
  }

  area.addEventListener("input", () => {
    number();
    clearTimeout(pause);
    pause = setTimeout(check, PAUSE_MS);
  });
  area.addEventListener("change", check);
  area.addEventListener("scroll", () => {
    if (numbers) {
      numbers.scrollTop = area.scrollTop;
    }
  });
  result.addEventListener("click", (event) => {
    const place = event.target.closest(".mlflow-text-check__place");
    if (place) {
      lead(Number(place.dataset.line), Number(place.dataset.column));
    }
  });
  number();
  if (area.value !== "") {
    check();
  }
});
