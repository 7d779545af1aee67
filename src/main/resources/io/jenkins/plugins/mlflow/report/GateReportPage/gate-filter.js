/* Finds checks while one types, where all of them are on the page; else the server does it when the form is sent. */
(function () {
  "use strict";

  function attach(form) {
    if (form.dataset.complete !== "true") {
      return;
    }
    const search = form.querySelector("input[type=search]");
    const show = form.querySelector("select");
    const status = form.querySelector("[role=status]");
    const rows = Array.from(document.querySelectorAll(".mlflow-gate-table > tbody > tr")).map((row) => ({
      row: row,
      text: row.textContent.toLowerCase(),
      passed: row.dataset.passed === "true",
    }));
    const groups = Array.from(document.querySelectorAll(".mlflow-gate-group"));

    function find() {
      const wanted = search.value.trim().toLowerCase();
      const choice = show.value;
      let found = 0;
      rows.forEach((item) => {
        const chosen = choice === "" || item.passed === (choice === "passed");
        const match = chosen && item.text.includes(wanted);
        item.row.hidden = !match;
        found += match ? 1 : 0;
      });
      const searching = wanted !== "" || choice !== "";
      groups.forEach((group) => {
        const some = group.querySelector("tbody > tr:not([hidden])") !== null;
        group.hidden = searching && !some;
        group.open = searching && some;
      });
      status.textContent = searching
        ? status.dataset.found.replace("{0}", found).replace("{1}", rows.length)
        : "";
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", find);
    show.addEventListener("change", find);
    form.querySelector("button[type=submit]").hidden = true;
    find();
  }

  window.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".mlflow-gate-filter").forEach(attach));
})();
