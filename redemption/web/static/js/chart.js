// figure[data-chart]: draws the table inside it with ECharts (loaded only where there is a figure). The table stays, folded.
// Types: bar, hbar, line, stack, pie. First column: names; every other column: one series.

const COLOURS = ["#1a5fb4", "#c77700", "#2f8f5b", "#6b4fa0", "#3d8fb8", "#8a5a3c", "#5c6b7a"];
const TONES = { bad: "#b3201a", warm: "#c77700", good: "#2f8f5b" };
const PATTERNS = ["solid", "dashed", "dotted"];
let library;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/echarts/echarts.common.min.js", import.meta.url).href;
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

function number(cell) {
  const text = (cell?.dataset.value ?? cell?.textContent ?? "").replace(/[^\d.-]/g, "");
  const value = Number(text);
  return text && Number.isFinite(value) ? value : null;
}

function read(figure) {
  const table = figure.querySelector("table");
  // data-tone="bad" on a head: what is overdue or refused is red here too
  const heads = [...table.querySelectorAll("thead th")].slice(1).map((cell) => ({ name: cell.textContent.trim(), color: TONES[cell.dataset.tone] }));
  const rows = [...table.querySelectorAll("tbody tr")];
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    series: heads.map(({ name, color }, column) => ({ name, color, data: rows.map((row) => number(row.cells[column + 1])) })),
  };
}

function options(type, { names, series }, unit, wide) {
  const font = getComputedStyle(document.body);
  const size = parseFloat(font.fontSize) * 0.875;
  const base = {
    color: COLOURS, animation: false, textStyle: { fontFamily: font.fontFamily, fontSize: size, color: "#1d2733" },
    // Rich text, not HTML: the content policy refuses the inline styles of HTML tooltips.
    tooltip: { trigger: type === "pie" ? "item" : "axis", renderMode: "richText", valueFormatter: (value) => `${value ?? "—"}${unit}` },
    legend: { show: series.length > 1 || type === "pie", bottom: 0, textStyle: { fontSize: size, color: "#1d2733" } },
  };
  if (type === "pie") {
    return { ...base, series: [{ type: "pie", radius: ["42%", "68%"], label: { formatter: "{b} {c}", fontSize: size, color: "#1d2733" }, data: names.map((name, index) => ({ name, value: series[0]?.data[index] ?? 0 })) }] };
  }
  const flat = type === "hbar";
  // Long names of departments break into lines, so that on a phone there is room left for the bars.
  const label = flat ? { width: wide * 0.4, overflow: "break" } : { hideOverlap: true };
  const category = { type: "category", data: names, axisLabel: { fontSize: size, color: "#1d2733", ...label }, axisTick: { show: false }, axisLine: { lineStyle: { color: "#7a8797" } } };
  const value = { type: "value", name: unit, minInterval: unit === "%" ? undefined : 1, axisLabel: { fontSize: size, color: "#55606e", hideOverlap: true }, splitNumber: flat && wide < 480 ? 2 : 5, splitLine: { lineStyle: { color: "#e6ebf0" } } };
  return {
    ...base,
    grid: { left: 8, right: 24, top: unit ? 36 : 16, bottom: series.length > 1 ? 44 : 8, containLabel: true },
    xAxis: flat ? value : category,
    yAxis: flat ? { ...category, inverse: true } : value,
    series: series.map((one, index) => ({
      ...one, type: type === "line" ? "line" : "bar", stack: type === "stack" ? "all" : undefined, barMaxWidth: 36, symbolSize: 7,
      lineStyle: type === "line" ? { type: PATTERNS[index % PATTERNS.length], width: 2 } : undefined,
      label: { show: type !== "stack" && series.length === 1 && names.length <= 12, position: flat ? "right" : "top", fontSize: size, color: "#1d2733" },
    })),
  };
}

async function draw(figure) {
  figure.dataset.on = "1";
  const data = read(figure);
  if (!data.names.length || !data.series.length) return;
  const echarts = await load();
  const canvas = figure.querySelector("[data-chart-canvas]");
  canvas.hidden = false;
  const plot = echarts.init(canvas, null, { renderer: "canvas" });
  const show = () => { plot.resize(); plot.setOption(options(figure.dataset.chart, data, figure.dataset.chartUnit ?? "", plot.getWidth())); };
  show();
  figure.querySelector("[data-chart-data]").open = false;
  window.addEventListener("resize", show);
}

export function enhance(root) {
  root.querySelectorAll("figure[data-chart]:not([data-on])").forEach((figure) => { draw(figure).catch(() => {}); });
}
