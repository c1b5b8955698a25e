using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Testing.Acts;

/// <summary>The current faults of the realm's endpoints.</summary>
internal sealed class Disturbances
{
    private static readonly RealmEndpoint[] Single = [.. Enum.GetValues<RealmEndpoint>().Where(endpoint => int.IsPow2((int)endpoint))];

    private readonly ConcurrentDictionary<RealmEndpoint, TimeSpan> _delays = new();
    private readonly ConcurrentDictionary<RealmEndpoint, WrongAnswer> _wrongAnswers = new();
    private readonly ConcurrentDictionary<RealmEndpoint, Task> _gates = new();
    private volatile bool _isDown;

    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    public TimeSpan DelayOf(RealmEndpoint endpoint) => _delays.GetValueOrDefault(endpoint);

    public WrongAnswer? WrongAnswerOf(RealmEndpoint endpoint) => _wrongAnswers.TryGetValue(endpoint, out var wrong) ? wrong : null;

    public Task GateOf(RealmEndpoint endpoint) => _gates.GetValueOrDefault(endpoint) ?? Task.CompletedTask;

    public void Delay(TimeSpan delay, RealmEndpoint endpoints)
    {
        foreach (var endpoint in Of(endpoints))
        {
            _delays[endpoint] = delay;
        }
    }

    public void AnswerWrongly(WrongAnswer wrong, RealmEndpoint endpoints)
    {
        foreach (var endpoint in Of(endpoints))
        {
            _wrongAnswers[endpoint] = wrong;
        }
    }

    public IDisposable Hold(RealmEndpoint endpoints)
    {
        var gate = new Gate();
        foreach (var endpoint in Of(endpoints))
        {
            _gates[endpoint] = gate.Opened;
        }

        return gate;
    }

    public void Clear(RealmEndpoint endpoints)
    {
        foreach (var endpoint in Of(endpoints))
        {
            _delays.TryRemove(endpoint, out _);
            _wrongAnswers.TryRemove(endpoint, out _);
        }
    }

    private static IEnumerable<RealmEndpoint> Of(RealmEndpoint endpoints) => Single.Where(endpoint => endpoints.HasFlag(endpoint));

    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Opened => _opened.Task;

        public void Dispose() => _opened.TrySetResult();
    }
}
