/** The document of the page. It holds no data: its script asks for it. */

const HEAD = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>resnet-bench</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/app/web/client/main.js"></script>
</head>
<body>
<a class="skip" href="#main">to the page</a>
<header><h1>resnet-bench</h1><p class="soft" id="about">a server or AWS Lambda?</p></header>
<main id="main">
<noscript><p class="note">This page needs its script, which this server sends; resnet-bench local does the same in a terminal.</p></noscript>
`;

const SERVE = `<section aria-labelledby="ask-head">
<h2 id="ask-head">Classify a picture</h2>
<form id="form" novalidate>
<div class="drop" id="drop">
<label for="file">Drop a JPG, JPEG or PNG here, or choose one</label>
<input type="file" id="file" accept=".jpg,.jpeg,.png,image/jpeg,image/png" aria-describedby="check">
<figure id="preview" hidden></figure>
</div>
<div id="check" role="alert"></div>
<fieldset><legend>Through</legend>
<label><input type="radio" name="target" value="both" checked> both, one after the other</label>
<label><input type="radio" name="target" value="local"> this machine</label>
<label><input type="radio" name="target" value="lambda"> Lambda</label>
</fieldset>
<button type="submit" class="main" id="go">Classify</button>
<p class="state" id="status" role="status"></p>
</form>
</section>
<section id="answers" aria-labelledby="answers-head" hidden>
<h2 id="answers-head">Answers</h2>
<div class="pair">
<article class="card local" id="local" aria-labelledby="local-head" hidden></article>
<article class="card lambda" id="lambda" aria-labelledby="lambda-head" hidden></article>
</div>
</section>
<section id="visit" aria-labelledby="visit-head" hidden>
<h2 id="visit-head">This visit</h2>
<div id="visit-chart"></div>
<div id="visit-table"></div>
<p><button type="button" class="more" id="download">Download as JSON</button></p>
</section>
<section id="live" aria-labelledby="live-head" hidden></section>
<section id="reports" aria-labelledby="reports-head">
<h2 id="reports-head">Reports</h2>
<div id="report-list"></div>
</section>
`;

const WATCH = `<section id="live" aria-labelledby="live-head"><h2 id="live-head">A soak</h2><p role="status">waiting for it to start</p></section>
`;

const TAIL = `</main>
</body>
</html>
`;

/** `watch`: of a soak, and of nothing else. */
export function pageText(mode: 'serve' | 'watch'): string {
  return HEAD + (mode === 'serve' ? SERVE : WATCH) + TAIL;
}
