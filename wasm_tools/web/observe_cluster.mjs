/** The state of a cluster: what is wrong and what helps first, then replicas, GPUs and autoscalers. */
import { sentence } from "./observe_around.mjs";
import { figure, said } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english } from "./texts.mjs";

/** @param {any} cluster @returns {HTMLElement} */
export function clusterPart(cluster) {
  const state = cluster.healthy === null ? "unknown" : cluster.healthy ? "good" : "bad";
  const { pods } = cluster;
  const counts = [...(pods.all ? [said("cluster.pods", { n: pods.all, ready: String(pods.ready) }), said("cluster.restarts", { n: pods.restarts })] : [])];
  const others = Object.values(cluster.others).reduce((sum, n) => sum + Number(n), 0);
  return element("section", { className: "observe-cluster" },
    element("h2", {}, said("cluster.title", { name: cluster.file })),
    element("p", { className: `cluster-head is-${state}` }, said(`head.cluster_${state}`), counts.length ? `. ${counts.join(", ")}.` : "."),
    ...planWords(cluster.plan),
    element("h3", {}, said("cluster.findings")),
    ...findings(cluster.findings),
    ...workloads(cluster.workloads),
    ...gpus(cluster.gpus),
    ...scalers(cluster.autoscalers),
    ...(others ? [element("p", { className: "muted" }, said("cluster.left_out", { n: others }))] : []),
  );
}

/** @param {any} plan */
function planWords(plan) {
  if (!plan) return [];
  const verdict = said(`cluster.plan_verdict.${plan.verdict.replace(" ", "_")}`);
  const { replicas, gpus: planned } = plan;
  return [element("p", {}, said("cluster.plan", {
    verdict, planned: figure(replicas.planned), desired: figure(replicas.desired), ready: figure(replicas.ready), gpus_planned: figure(planned.planned), gpus: figure(planned.desired),
  }))];
}

/** @param {any[]} found */
function findings(found) {
  if (!found.length) return [element("p", { className: "muted" }, said("cluster.no_findings"))];
  return [element("ul", { className: "observe-findings" }, ...found.map((f) => {
    const what = [element("b", {}, f.reason || "—"), " ", element("code", {}, f.what), ...(f.number > 1 ? [" ", element("small", {}, said("cluster.times", { n: f.number }))] : [])];
    const message = f.message ? [element("p", { className: "observe-message" }, english(sentence(f.message)))] : [];
    const link = f.source ? [" ", element("a", { href: f.source, rel: "noreferrer" }, said("cluster.source"))] : [];
    const remedy = f.remedy ? [element("p", {}, english(`${f.means} ${f.remedy}`), ...link)] : [];
    return element("li", {}, element("p", {}, chip(f.severity === "stops" ? "gone" : "warns", said(`cluster.${f.severity}`)), " ", ...what), ...message, ...remedy);
  }))];
}

/** @param {any[]} rows */
function workloads(rows) {
  if (!rows.length) return [];
  const heads = ["workload", "desired", "ready", "updated", "gpus_each", "state"].map((name) => said(`cluster.${name}`));
  const { box, body, row } = panelTable(said("cluster.workloads"), heads, [1, 2, 3, 4]);
  for (const w of rows) {
    const known = w.desired !== null && w.ready !== null;
    const short = known && w.ready < w.desired;
    const state = known ? chip(short ? "gone" : "met", said(short ? "cluster.short" : "cluster.all_ready")) : chip("unknown", said("unknown"));
    body.append(row([[w.name, element("small", {}, [w.kind, w.namespace].filter(Boolean).join(" · "))], figure(w.desired), figure(w.ready), figure(w.updated), figure(w.gpus_each), state]));
  }
  return [element("h3", {}, said("cluster.workloads")), box];
}

/** @param {any[]} rows */
function gpus(rows) {
  if (!rows.length) return [];
  const { box, body, row } = panelTable(said("cluster.gpus"), ["product", "nodes", "allocatable", "usable", "requested", "state"].map((name) => said(`cluster.${name}`)), [1, 2, 3, 4]);
  for (const g of rows) {
    const known = g.usable !== null;
    const state = known ? chip(g.short ? "gone" : "met", said(g.short ? "cluster.is_short" : "cluster.enough")) : chip("unknown", said("unknown"));
    body.append(row([g.product, figure(g.nodes), figure(g.allocatable), figure(g.usable), figure(g.requested), state]));
  }
  return [element("h3", {}, said("cluster.gpus")), box];
}

/** @param {any[]} rows */
function scalers(rows) {
  if (!rows.length) return [];
  const { box, body, row } = panelTable(said("cluster.scalers"), ["scaler", "range", "current", "state"].map((name) => said(`cluster.${name}`)), [1, 2]);
  for (const s of rows) {
    const state = s.broken ? [chip("gone", said("cluster.warns")), " ", english(s.broken)] : chip(s.at_maximum ? "warns" : "met", said(s.at_maximum ? "cluster.at_maximum" : "cluster.in_range"));
    body.append(row([[s.name, element("small", {}, s.namespace)], `${figure(s.min)} – ${figure(s.max)}`, figure(s.current), state]));
  }
  return [element("h3", {}, said("cluster.scalers")), box];
}
