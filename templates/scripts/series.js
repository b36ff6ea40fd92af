// Time series: choose a run, move a cursor over all its panels at once, drag to zoom.
// A path's coordinates are seconds and the panel's own unit, so values are read back from it.
{
  const runs = [...document.querySelectorAll(".run-series")];
  const chooser = document.querySelector(".chooser");
  const pointsOf = (path) => path.getAttribute("d").slice(1).split("L").map((p) => p.split(" ").map(Number));
  const nearest = (points, t) => points.reduce((a, b) => (Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a));
  const shown = (v) => (Math.abs(v) >= 100 ? v.toFixed(0) : v.toFixed(Math.abs(v) >= 10 ? 1 : 2));

  for (const run of runs) {
    const wall = Number(run.dataset.wall);
    let from = 0, to = wall, at = null, pressed = null;
    const panels = [...run.querySelectorAll(".panel")].map((panel) => {
      const svg = panel.querySelector(".plot svg");
      const cursor = document.createElementNS(svg.namespaceURI, "line");
      const readout = document.createElement("span");
      cursor.setAttribute("class", "cursor");
      cursor.setAttribute("y2", panel.dataset.top);
      cursor.setAttribute("visibility", "hidden");
      svg.append(cursor);
      readout.className = "readout";
      readout.hidden = true;
      svg.parentElement.append(readout);
      const lines = [...panel.querySelectorAll(".trace")].map((path) => ({ name: path.dataset.name, points: pointsOf(path) }));
      return { svg, cursor, readout, lines, top: panel.dataset.top, unit: panel.dataset.unit };
    });
    const axes = [...run.querySelectorAll(".time-axis")];

    const draw = () => {
      for (const { svg, cursor, readout, lines, top, unit } of panels) {
        svg.setAttribute("viewBox", `${from} ${-0.04 * top} ${to - from} ${1.04 * top}`);
        cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
        readout.hidden = at === null;
        if (at === null) continue;
        cursor.setAttribute("x1", at);
        cursor.setAttribute("x2", at);
        readout.textContent = `${shown(at)} s: ` + lines.map((l) => shown(nearest(l.points, at)[1])).join(" / ") + ` ${unit}`;
      }
      for (const axis of axes) {
        axis.firstElementChild.textContent = from === 0 ? "0" : `${shown(from)} s`;
        axis.lastElementChild.textContent = `${shown(to)} s`;
      }
    };
    const timeOf = (event, svg) => {
      const box = svg.getBoundingClientRect();
      return from + ((to - from) * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    };
    for (const { svg } of panels) {
      svg.tabIndex = 0;
      svg.addEventListener("pointermove", (event) => { at = timeOf(event, svg); draw(); });
      svg.addEventListener("pointerleave", () => { at = null; draw(); });
      svg.addEventListener("pointerdown", (event) => { pressed = timeOf(event, svg); });
      svg.addEventListener("pointerup", (event) => {
        const end = timeOf(event, svg);
        if (pressed !== null && Math.abs(end - pressed) > (to - from) / 50) [from, to] = [Math.min(pressed, end), Math.max(pressed, end)];
        pressed = null;
        draw();
      });
      svg.addEventListener("dblclick", () => { from = 0; to = wall; draw(); });
      svg.addEventListener("keydown", (event) => {
        const step = (to - from) / 60;
        if (event.key === "ArrowRight") at = Math.min(to, (at ?? from) + step);
        else if (event.key === "ArrowLeft") at = Math.max(from, (at ?? to) - step);
        else if (event.key === "Escape") { at = null; from = 0; to = wall; }
        else return;
        event.preventDefault();
        draw();
      });
    }
  }
  if (chooser && runs.length > 1) {
    chooser.hidden = false;
    const select = chooser.querySelector("select");
    const choose = () => runs.forEach((run) => { run.hidden = run.id !== select.value; run.open = !run.hidden; });
    select.addEventListener("change", choose);
    choose();
  }
  addEventListener("beforeprint", () => runs.forEach((run) => { run.hidden = run.open === false; }));
}
