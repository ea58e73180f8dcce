// Reads the timeline out under the pointer or the arrow keys. The page is complete without it.
"use strict";
for (const figure of document.querySelectorAll("svg.timeline")) {
  const section = figure.closest("section");
  const data = JSON.parse(section.querySelector(".timeline-data").textContent);
  const cursor = figure.querySelector(".cursor");
  const time = section.querySelector(".time");
  const left = Number(figure.dataset.left);
  const right = Number(figure.dataset.right);
  const count = data.load.length;
  let column = 0;

  const clock = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    const day = Math.floor(minutes / 1440);
    const text = `${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, "0")}`;
    return day > 0 ? `day ${day + 1} ${text}` : text;
  };
  const show = (wanted) => {
    column = Math.max(0, Math.min(count - 1, wanted));
    const x = left + ((column + 0.5) / count) * (right - left);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.style.visibility = "visible";
    time.textContent = `${clock(column * data.step)} · ${data.load[column].toFixed(0)} req/s`;
    data.tracks.forEach((track, index) => {
      const pending = track.pending[column] > 0 ? ` + ${track.pending[column]} pending` : "";
      const p95 = track.p95[column] === null ? "no requests" : `${track.p95[column]} ms`;
      section.querySelector(`[data-track="${index}"]`).textContent = `${track.ready[column]} ready${pending} · ${p95}`;
    });
  };
  figure.addEventListener("pointermove", (event) => {
    const box = figure.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * figure.viewBox.baseVal.width;
    show(Math.floor(((x - left) / (right - left)) * count));
  });
  figure.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 60 : 1;
    if (event.key === "ArrowRight") show(column + step);
    else if (event.key === "ArrowLeft") show(column - step);
    else return;
    event.preventDefault();
  });
}
