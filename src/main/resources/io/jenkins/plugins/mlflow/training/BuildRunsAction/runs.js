// While a build runs, loads the table of its runs again. Jenkins asks MLflow, never the browser.
(function () {
  const PAUSE = 5000;

  function show(table, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    table.textContent = "";
    while (page.body.firstChild) {
      table.appendChild(page.body.firstChild);
    }
  }

  function refresh(table) {
    fetch(table.dataset.rowsUrl, { credentials: "same-origin" })
      .then((response) => (response.ok ? response.text() : null))
      .then((html) => html !== null && show(table, html))
      .catch(() => {
        // Jenkins restarts, or the network is away: the next round tries again.
      });
  }

  function isLive(table) {
    return table.querySelector('[data-live="true"]') !== null;
  }

  function start() {
    const timer = setInterval(() => {
      const live = Array.from(document.querySelectorAll(".mlflow-runs[data-rows-url]")).filter(isLive);
      if (live.length === 0) {
        clearInterval(timer);
      } else if (!document.hidden) {
        live.forEach(refresh);
      }
    }, PAUSE);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
