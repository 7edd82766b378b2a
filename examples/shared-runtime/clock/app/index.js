console.log(new Date().toISOString())
