// Starts what a page needs. Every part works on what it finds and does nothing where it finds nothing.
import { startClocks } from "./clocks.js";
import { startComposer } from "./composer.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startPresence } from "./presence.js";
import { startZoom } from "./zoom.js";

document.documentElement.classList.add("js");
startClocks();
startComposer();
startKeys();
startLive();
startPresence();
startZoom();
