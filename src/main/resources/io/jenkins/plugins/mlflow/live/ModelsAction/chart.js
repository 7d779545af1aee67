/* Draws the trend of a model's metrics over the builds of a job. The data come from the job's trend.json, a page at a time. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const FIRST_CHOSEN = 4;
  const HEIGHT = 170;
  const MARGIN = { top: 18, right: 10, bottom: 20, left: 52 };

  function html(name, className, text) {
    const element = document.createElement(name);
    if (className) {
      element.className = className;
    }
    if (text !== undefined) {
      element.textContent = text;
    }
    return element;
  }

  function svg(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    if (parent) {
      parent.appendChild(element);
    }
    return element;
  }

  function isNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
  }

  function brief(value) {
    return String(Number(value.toPrecision(6)));
  }

  function fill(pattern, ...values) {
    return pattern.replace(/\{(\d)\}/g, (all, index) => String(values[Number(index)]));
  }

  function label(metric) {
    const slice = metric.metric.includes(metric.slice) ? null : metric.slice;
    return [metric.metric, slice, metric.dataset].filter((part) => part).join(" · ");
  }

  function mark(metric) {
    if (!isNumber(metric.value)) {
      return "missing";
    }
    if (metric.verdict === "PASSED") {
      return "passed";
    }
    return metric.criticality === "failure" ? "failed" : "unstable";
  }

  /* Every mark has a shape of its own: colour is never all that tells them apart. */
  function drawMark(kind, x, y, parent) {
    if (kind === "passed") {
      svg("circle", { class: kind, cx: x, cy: y, r: 3 }, parent);
    } else if (kind === "failed") {
      svg("path", { class: kind, d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}` }, parent);
    } else if (kind === "unstable") {
      svg("path", { class: kind, d: `M${x} ${y - 5}L${x + 5} ${y + 4}L${x - 5} ${y + 4}Z` }, parent);
    } else {
      svg("rect", { class: kind, x: x - 3, y: y - 3, width: 6, height: 6 }, parent);
    }
  }

  function drawLine(className, points, parent) {
    let path = "";
    let open = false;
    points.forEach((point) => {
      if (point === null) {
        open = false;
      } else {
        path += `${open ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
        open = true;
      }
    });
    if (path) {
      svg("path", { class: className, d: path }, parent);
    }
  }

  class Chart {
    constructor(trend, name, points) {
      this.trend = trend;
      this.texts = trend.texts;
      this.name = name;
      this.rows = points
        .map((point) => ({ point, metric: point.metrics.find((metric) => label(metric) === name) }))
        .filter((row) => row.metric);
      this.at = this.rows.length - 1;
      this.figure = html("figure", "mlflow-trend__chart");
      const caption = html("figcaption");
      caption.appendChild(html("bdi", "", name));
      this.figure.appendChild(caption);
      this.plot = html("div", "mlflow-trend__plot");
      this.plot.tabIndex = 0;
      this.plot.setAttribute("role", "group");
      this.plot.setAttribute("aria-label", fill(this.texts.keys, name));
      this.figure.appendChild(this.plot);
      this.readout = html("div", "mlflow-trend__readout");
      this.readout.setAttribute("aria-live", "polite");
      this.figure.appendChild(this.readout);
      this.listen();
    }

    listen() {
      this.plot.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -this.rows.length, End: this.rows.length };
        if (event.key in steps) {
          event.preventDefault();
          this.show(Math.max(0, Math.min(this.rows.length - 1, this.at + steps[event.key])));
        } else if (event.key === "Enter") {
          this.open();
        }
      });
      this.plot.addEventListener("mousemove", (event) => this.show(this.nearest(event)));
      this.plot.addEventListener("click", (event) => {
        this.show(this.nearest(event));
        this.open();
      });
    }

    /* A deleted build has no report. */
    open() {
      const { point } = this.rows[this.at];
      if (!point.deleted) {
        window.location.href = this.trend.reportUrl(point);
      }
    }

    nearest(event) {
      const x = event.clientX - this.plot.getBoundingClientRect().left;
      const step = this.x(1) - this.x(0);
      const index = step > 0 ? Math.round((x - this.x(0)) / step) : 0;
      return Math.max(0, Math.min(this.rows.length - 1, index));
    }

    x(index) {
      const room = this.width - MARGIN.left - MARGIN.right;
      return this.rows.length < 2 ? MARGIN.left + room / 2 : MARGIN.left + (room * index) / (this.rows.length - 1);
    }

    y(value) {
      const room = HEIGHT - MARGIN.top - MARGIN.bottom;
      return MARGIN.top + room * (1 - (value - this.low) / (this.high - this.low));
    }

    scale() {
      const numbers = this.rows
        .flatMap(({ metric }) => [metric.value, metric.min, metric.max, metric.baseline])
        .filter(isNumber);
      this.low = numbers.length ? Math.min(...numbers) : 0;
      this.high = numbers.length ? Math.max(...numbers) : 1;
      const span = this.high - this.low || Math.abs(this.high) * 0.1 || 1;
      this.low -= span * 0.08;
      this.high += span * 0.08;
    }

    draw() {
      this.width = Math.max(200, this.plot.clientWidth);
      this.scale();
      const picture = svg("svg", { width: this.width, height: HEIGHT, viewBox: `0 0 ${this.width} ${HEIGHT}`, "aria-hidden": "true" });
      const bottom = HEIGHT - MARGIN.bottom;
      [0, 0.5, 1].forEach((part) => {
        const value = this.low + (this.high - this.low) * part;
        const y = this.y(value);
        svg("line", { class: "grid", x1: MARGIN.left, x2: this.width - MARGIN.right, y1: y, y2: y }, picture);
        const text = svg("text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, picture);
        text.textContent = String(Number(value.toPrecision(3)));
      });
      const rows = this.rows;
      const ends = rows.length > 1 ? [0, rows.length - 1] : [0];
      ends.forEach((index) => {
        const anchor = rows.length === 1 ? "middle" : index === 0 ? "start" : "end";
        const text = svg("text", { x: this.x(index), y: HEIGHT - 5, "text-anchor": anchor }, picture);
        text.textContent = `#${rows[index].point.build}`;
      });
      rows.forEach(({ point }, index) => {
        if (point.promoted) {
          const x = this.x(index);
          svg("line", { class: "promotion", x1: x, x2: x, y1: MARGIN.top - 6, y2: bottom }, picture);
          svg("path", { class: "flag", d: `M${x} ${MARGIN.top - 14}l8 4l-8 4Z` }, picture);
        }
      });
      this.drawSeries("bound", "min", picture);
      this.drawSeries("bound", "max", picture);
      this.drawSeries("baseline", "baseline", picture);
      this.drawSeries("value", "value", picture);
      rows.forEach(({ metric }, index) => {
        drawMark(mark(metric), this.x(index), isNumber(metric.value) ? this.y(metric.value) : bottom - 4, picture);
      });
      this.here = svg("line", { class: "here", x1: 0, x2: 0, y1: MARGIN.top, y2: bottom }, picture);
      this.plot.replaceChildren(picture);
      this.show(this.at);
    }

    /* A line needs two points; one alone becomes a short stroke, so that it is seen at all. */
    drawSeries(className, key, picture) {
      const points = this.rows.map(({ metric }, index) =>
        isNumber(metric[key]) ? [this.x(index), this.y(metric[key])] : null,
      );
      if (points.filter((point) => point).length === 1 && key !== "value") {
        const [x, y] = points.find((point) => point);
        drawLine(className, [[x - 14, y], [x + 14, y]], picture);
      } else {
        drawLine(className, points, picture);
      }
    }

    show(index) {
      this.at = index;
      const { point, metric } = this.rows[index];
      const x = this.x(index);
      this.here.setAttribute("x1", x);
      this.here.setAttribute("x2", x);
      const link = html(point.deleted ? "span" : "a", "", fill(point.deleted ? this.texts.deleted : this.texts.build, point.build));
      if (!point.deleted) {
        link.href = this.trend.reportUrl(point);
      }
      const bounds = [isNumber(metric.min) ? `≥ ${brief(metric.min)}` : "", isNumber(metric.max) ? `≤ ${brief(metric.max)}` : ""];
      const parts = [
        `${this.texts.value} ${isNumber(metric.value) ? brief(metric.value) : "–"}`,
        bounds.some((bound) => bound) ? `${this.texts.bound} ${bounds.filter((bound) => bound).join(", ")}` : "",
        isNumber(metric.baseline) ? `${this.texts.baseline} ${brief(metric.baseline)}` : "",
        metric.verdict,
        point.promoted ? fill(this.texts.promoted, point.promoted) : "",
      ];
      this.readout.replaceChildren(link, document.createTextNode(`: ${parts.filter((part) => part).join(" · ")}`));
    }
  }

  class Trend {
    constructor(root) {
      this.root = root;
      this.texts = {};
      Object.entries(root.dataset).forEach(([key, value]) => {
        if (key.startsWith("text")) {
          this.texts[key.charAt(4).toLowerCase() + key.slice(5)] = value;
        }
      });
      this.select = root.querySelector(".mlflow-trend__model");
      this.controls = root.querySelector(".mlflow-trend__controls");
      this.status = root.querySelector(".mlflow-trend__status");
      this.grid = root.querySelector(".mlflow-trend__charts");
      this.charts = [];
      this.chosen = null;
      this.asked = 0;
      this.select.addEventListener("change", () => {
        this.chosen = null;
        this.load(null);
      });
      root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
      let width = 0;
      new ResizeObserver(() => {
        if (this.grid.clientWidth !== width) {
          width = this.grid.clientWidth;
          this.charts.forEach((chart) => chart.draw());
        }
      }).observe(this.grid);
      this.load(null);
    }

    query() {
      return new URLSearchParams({
        model: this.select.value,
        server: this.select.selectedOptions[0].dataset.server,
      });
    }

    reportUrl(point) {
      return `${this.root.dataset.jobUrl}${point.build}/mlflow-eval-gate/${point.gate}/`;
    }

    /* Only the answer to the last question counts, however late the others come. */
    async load(before) {
      const mine = ++this.asked;
      const query = this.query();
      if (before) {
        query.set("before", before);
      }
      this.root.setAttribute("aria-busy", "true");
      let answer;
      try {
        const response = await fetch(`${this.root.dataset.url}trend.json?${query}`);
        if (!response.ok) {
          throw new Error(String(response.status));
        }
        answer = await response.json();
      } catch (error) {
        answer = null;
      }
      if (mine !== this.asked) {
        return;
      }
      this.root.removeAttribute("aria-busy");
      if (answer === null) {
        this.status.textContent = this.texts.failed;
        return;
      }
      this.points = answer.points;
      this.older = answer.older;
      this.isNewest = !before;
      this.before = before;
      this.showControls();
      this.showCharts();
    }

    metrics() {
      return [...new Set(this.points.flatMap((point) => point.metrics.map(label)))];
    }

    showControls() {
      const names = this.metrics();
      if (this.chosen === null) {
        this.chosen = new Set(names.slice(0, FIRST_CHOSEN));
      }
      const buttons = html("div", "mlflow-trend__buttons");
      if (this.older) {
        buttons.appendChild(this.button(this.texts.older, () => this.load(this.older)));
      }
      if (!this.isNewest) {
        buttons.appendChild(this.button(this.texts.newest, () => this.load(null)));
      }
      const table = html("a", "jenkins-button", this.texts.table);
      const query = this.query();
      if (this.before) {
        query.set("before", this.before);
      }
      table.href = `${this.root.dataset.url}table?${query}`;
      buttons.appendChild(table);
      const parts = [buttons, this.legend()];
      if (names.length > 1) {
        parts.unshift(this.choices(names));
      }
      this.controls.replaceChildren(...parts);
    }

    button(text, action) {
      const button = html("button", "jenkins-button", text);
      button.type = "button";
      button.addEventListener("click", action);
      return button;
    }

    choices(names) {
      const fieldset = html("fieldset", "mlflow-trend__metrics");
      fieldset.appendChild(html("legend", "", this.texts.metrics));
      const list = html("div", "mlflow-trend__choices");
      names.forEach((name) => {
        const line = html("label");
        const box = html("input");
        box.type = "checkbox";
        box.checked = this.chosen.has(name);
        box.addEventListener("change", () => {
          if (box.checked) {
            this.chosen.add(name);
          } else {
            this.chosen.delete(name);
          }
          this.showCharts();
        });
        line.append(box, html("bdi", "", name));
        list.appendChild(line);
      });
      fieldset.appendChild(list);
      return fieldset;
    }

    legend() {
      const list = html("ul", "mlflow-trend__legend");
      const item = (text, drawing) => {
        const line = html("li");
        const picture = svg("svg", { width: 22, height: 14, "aria-hidden": "true" });
        drawing(picture);
        line.append(picture, document.createTextNode(text));
        list.appendChild(line);
      };
      const stroke = (className) => (picture) => svg("line", { class: className, x1: 0, x2: 22, y1: 7, y2: 7 }, picture);
      const shape = (kind) => (picture) => drawMark(kind, 11, 7, picture);
      item(this.texts.value, stroke("value"));
      item(this.texts.bound, stroke("bound"));
      item(this.texts.baseline, stroke("baseline"));
      item(this.texts.passed, shape("passed"));
      item(this.texts.notPassed, shape("failed"));
      item(this.texts.unstable, shape("unstable"));
      item(this.texts.noValue, shape("missing"));
      item(this.texts.promotion, (picture) => svg("path", { class: "flag", d: "M8 2l9 5l-9 5Z" }, picture));
      return list;
    }

    showCharts() {
      const names = this.metrics().filter((name) => this.chosen.has(name));
      this.charts = names.map((name) => new Chart(this, name, this.points));
      this.grid.replaceChildren(...this.charts.map((chart) => chart.figure));
      this.charts.forEach((chart) => chart.draw());
      if (this.metrics().length === 0) {
        this.status.textContent = this.texts.empty;
      } else if (names.length === 0) {
        this.status.textContent = this.texts.choose;
      } else {
        const first = this.points[0].build;
        const last = this.points[this.points.length - 1].build;
        this.status.textContent = fill(first === last ? this.texts.build : this.texts.range, first, last);
      }
    }
  }

  function begin() {
    document.querySelectorAll(".mlflow-trend").forEach((root) => new Trend(root));
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }
})();
