for (const chart of document.querySelectorAll(".chart")) {
  const lines = JSON.parse(chart.querySelector("script").textContent);
  const svg = chart.querySelector("svg");
  const cursor = svg.querySelector(".cursor");
  const box = svg.viewBox.baseVal;
  const tip = chart.appendChild(document.createElement("div"));
  tip.className = "tip";
  tip.hidden = true;

  const nearest = (line, x) => {
    let low = 0, high = line.x.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (line.x[middle] < x) low = middle; else high = middle;
    }
    return Math.abs(line.x[low] - x) <= Math.abs(line.x[high] - x) ? low : high;
  };
  const hide = () => { tip.hidden = true; cursor.replaceChildren(); };
  const draw = (name, attributes) => {
    const node = cursor.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
    for (const key in attributes) node.setAttribute(key, attributes[key]);
  };
  const colour = i => "--c:var(--s" + (i % 6 + 1) + ")";

  const show = event => {
    const frame = svg.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * box.width;
    const points = lines.map(line => nearest(line, x));
    let lead = 0;
    lines.forEach((line, i) => {
      if (Math.abs(line.x[points[i]] - x) < Math.abs(lines[lead].x[points[lead]] - x)) lead = i;
    });
    const at = lines[lead].x[points[lead]];
    const step = lines[lead].step[points[lead]];
    cursor.replaceChildren();
    draw("path", {d: "M" + at + " 10V" + (box.height - 24)});
    tip.replaceChildren();
    tip.appendChild(document.createElement("div")).textContent = "step " + step.toLocaleString("en");
    lines.forEach((line, i) => {
      const p = points[i];
      draw("circle", {cx: line.x[p], cy: line.y[p], r: 3.5, style: colour(i)});
      const row = tip.appendChild(document.createElement("span"));
      row.style.display = "block";
      const mark = row.appendChild(document.createElement("i"));
      mark.style.cssText = colour(i);
      row.append(line.name + (line.step[p] === step ? "" : " (step " + line.step[p] + ")"));
      row.appendChild(document.createElement("b")).textContent = line.text[p];
    });
    tip.hidden = false;
    const left = frame.left - chart.getBoundingClientRect().left + at / box.width * frame.width;
    const right = left + 14 + tip.offsetWidth > chart.clientWidth;
    tip.style.left = Math.max(4, right ? left - 14 - tip.offsetWidth : left + 14) + "px";
    tip.style.top = frame.top - chart.getBoundingClientRect().top + 8 + "px";
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", hide);
}
if ("running" in document.body.dataset) setTimeout(() => location.reload(), 30000);
