import {useEffect, useState} from 'react'

const period = 2000

export function Dashboard() {
  const {machine, problem} = useMachine()
  if (problem) return <p role="alert">The API does not answer: {problem}</p>
  if (!machine) return <p>…</p>
  return (
    <main>
      <h1>{machine.name}</h1>
      <p>
        {machine.system}, {machine.processors} processors, {machine.processes} processes, Python {machine.python}
      </p>
      {machine.gauges.map((gauge) => (
        <Gauge key={gauge.label} {...gauge} />
      ))}
    </main>
  )
}

function Gauge({label, share, total}) {
  return (
    <section>
      <h2>{label}</h2>
      <meter min="0" max="100" low="70" high="90" optimum="0" value={share} />
      <output>
        {share} %{total && ` of ${(total / 1e9).toFixed(1)} GB`}
      </output>
    </section>
  )
}

/** Asks again every two seconds, until the page is closed. */
function useMachine() {
  const [state, setState] = useState({})
  useEffect(() => {
    const ask = () => fetchMachine().then(setState)
    ask()
    const timer = setInterval(ask, period)
    return () => clearInterval(timer)
  }, [])
  return state
}

async function fetchMachine() {
  try {
    const response = await fetch('api/machine')
    return response.ok ? {machine: await response.json()} : {problem: response.statusText}
  } catch (error) {
    return {problem: error.message}
  }
}
