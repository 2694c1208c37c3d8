// Dies before it asks for an event, with a last word.
console.log('about to crash');
process.exit(3);
