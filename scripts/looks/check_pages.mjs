// Looks at finished pages as their readers do: light and dark, at a desk, on a phone and on paper, folded and opened.
//
//     node scripts/looks/check_pages.mjs FOLDER... [--lengths]
//
// In: folders of pages, or pages. Out: how long each page is, and a line per fault; exit code 1 where there is one. Faults are
// violations of axe-core's rules, requests, scripts, a page that scrolls sideways, a picture or table that is cut, what paper
// does not show, and more than MOST screens of a phone for the folded page, a chapter or a question. --lengths lists chapters with their questions folded.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const PAPER = { width: 688, height: 1000 }; // A4 within its margins
const MOST = 6;

/** The pages that `places` name or hold. */
function pagesIn(places) {
  return places.flatMap((place) => {
    if (!existsSync(place)) throw new Error(`${place} does not exist; expected a day's folder, such as reports/2026-11-22.`);
    if (!statSync(place).isDirectory()) return [place];
    const names = readdirSync(place).filter((name) => name.endsWith(".html"));
    return names.sort().map((name) => join(place, name));
  });
}

/** The browser that CHROMIUM names, or the first one installed. */
function browserPath() {
  const places = (process.env.PATH ?? "").split(":").flatMap((place) => BROWSERS.map((name) => join(place, name)));
  const found = process.env.CHROMIUM || places.find((place) => existsSync(place));
  if (found) return found;
  throw new Error(`No browser on the PATH; expected one of ${BROWSERS.join(", ")}. Install one, or set CHROMIUM to its path.`);
}

// The functions below run in the page, which knows nothing of this file.

const unfold = (which) => document.querySelectorAll("details").forEach((one) => (one.open = one.matches(which)));

const heights = (which) =>
  [...document.querySelectorAll(which)].map((one) => [
    one.querySelector("h2, h3")?.textContent.trim() ?? "folded",
    one.getBoundingClientRect().height,
  ]);

function faultsInPage() {
  const root = document.documentElement;
  const named = (one) => (one.querySelector(".sa-caption") ?? one).textContent.trim().slice(0, 60);
  const faults = document.querySelector("script") ? ["holds a script"] : [];
  if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth} of ${root.clientWidth} px`);
  for (const one of document.querySelectorAll(":is(svg, img, h1, h2, h3, p, dd, dt, li):not(.sa-skip)")) {
    const { left, right, width } = one.getBoundingClientRect();
    if (width && (left < -1 || right > root.clientWidth + 1)) faults.push(`cut: <${one.tagName}> in ${named(one.parentElement)}`);
  }
  for (const one of document.querySelectorAll(".sa-scroll, .sa-plain"))
    if (one.scrollWidth > one.clientWidth + 1) faults.push(`table cut: ${one.scrollWidth} of ${one.clientWidth} px, ${named(one.parentElement)}`);
  return faults;
}

const notOnPaper = () =>
  [...document.querySelectorAll(".sa-body, .sa-evidenced")]
    .filter((one) => one.textContent.trim() && !one.getBoundingClientRect().height)
    .map((one) => `not on paper: ${one.parentElement.querySelector("h2, h3").textContent.trim()}`);

const axeViolations = async () =>
  (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
    ({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes[0].target.join(" ")}`,
  );

/** How many screens high the page itself, its chapters and its questions are, by name. */
async function lengthsOf(page) {
  const measure = async (open, which) => {
    await page.evaluate(unfold, open);
    return (await page.evaluate(heights, which)).map(([name, height]) => [name, height / PHONE.height]);
  };
  const [[, whole]] = await measure(":not(*)", "body");
  return { whole, chapters: await measure(".sa-chapter", ".sa-chapter"), questions: await measure("*", ".sa-question") };
}

function tooLong({ whole, chapters, questions }) {
  const parts = [["the folded page", whole], ...chapters, ...questions];
  return parts.filter(([, n]) => n > MOST).map(([name, n]) => `${n.toFixed(1)} screens of a phone, expected ${MOST} at most: ${name}`);
}

/** The faults of the page in the window and colours it now has. */
async function faultsNow(page, lengths) {
  const faults = lengths ? tooLong(lengths) : [];
  for (const open of [":not(*)", "*"]) {
    await page.evaluate(unfold, open);
    faults.push(...(await page.evaluate(faultsInPage)), ...(await page.evaluate(axeViolations)));
  }
  return new Set(faults);
}

/** Says what is wrong with one page; how many faults it has. */
async function judge(context, file, withLengths) {
  const page = await context.newPage();
  const asked = [];
  page.on("request", (one) => asked.push(one.url()));
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.evaluate(AXE); // not as an element, so that the page still holds no script
  const where = new Map();
  for (const size of [DESK, PHONE]) {
    await page.setViewportSize(size);
    const lengths = size === PHONE ? await lengthsOf(page) : null;
    if (lengths) console.log(`${basename(file)}: ${lengths.whole.toFixed(1)} screens of a phone`);
    if (lengths && withLengths) for (const [name, n] of lengths.chapters) console.log(`  ${n.toFixed(1).padStart(4)} ${name}`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const fault of await faultsNow(page, lengths)) where.set(fault, [...(where.get(fault) ?? []), `${size.width} ${colorScheme}`]);
    }
  }
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.setViewportSize(PAPER);
  await page.evaluate(unfold, ":not(*)");
  for (const fault of [...(await page.evaluate(faultsInPage)), ...(await page.evaluate(notOnPaper))]) where.set(fault, ["paper"]);
  for (const url of asked.slice(1)) if (!url.startsWith("data:")) where.set(`asks for ${url}`, ["always"]);
  for (const [fault, places] of where) console.log(`  ✗ ${fault} (${places.join(", ")})`);
  await page.close();
  return where.size;
}

async function main(given) {
  const places = given.filter((one) => !one.startsWith("--"));
  const pages = pagesIn(places);
  if (!pages.length) throw new Error(`No page in ${places.join(", ") || "no folder"}; expected a day's folder, such as reports/2026-11-22.`);
  const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox"] });
  const context = await browser.newContext({ bypassCSP: true });
  let faults = 0;
  for (const file of pages) faults += await judge(context, file, given.includes("--lengths"));
  await browser.close();
  console.log(`pages: ${pages.length}, faults: ${faults}`);
  return faults ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
