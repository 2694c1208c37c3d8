// Initialises for ever.
setInterval(() => {}, 1_000);
