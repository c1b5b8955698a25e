using Gateway;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>Ends a session whose token is in use on all ways, and measures when each way rejects the token.</summary>
internal static class RevocationDelays
{
    private const int Times = 3;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<RevocationDelay>> MeasureAsync(ArticleSystem system, TimeSpan freshness)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var delays = new List<RevocationDelay>();
        foreach (var act in Act.All)
        {
            for (var time = 0; time < Times; time++)
            {
                // Each round ends the session at another time between two introspection requests, so that the cached result is once new,
                // once of medium age, and once nearly expired.
                var use = freshness * ((time + 0.5) / Times);
                var delay = await OneAsync(system, http, act, time + 1, use);
                delays.Add(delay);
                var times = string.Join(", ", delay.Rejected.Select(way => $"{way.Key} {way.Value:N2} s"));
                Console.WriteLine($"{act} {delay.Round}: {times}; Keycloak's response {delay.Answered:N2} s");
            }
        }

        return delays;
    }

    private static async Task<RevocationDelay> OneAsync(ArticleSystem system, HttpClient http, string act, int round, TimeSpan use)
    {
        var clock = TimeProvider.System;
        var tokens = await system.Tokens.PasswordAsync("alice");
        using var patience = new CancellationTokenSource(use + Patience, clock);
        var inUse = system.Ways.ToDictionary(
            way => way.Key, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var pause = new SemaphoreSlim(system.Ways.Count, system.Ways.Count);
        var watchers = system.Ways.ToDictionary(
            way => way.Key,
            way => UntilRefusedAsync(http, new Uri(way.Value, "orders"), tokens.Access, inUse[way.Key], pause, patience.Token));

        // The wait also ends if a watcher fails or if the token is not accepted.
        await Task.WhenAny(Task.WhenAll(inUse.Values.Select(one => one.Task)), Task.WhenAny(watchers.Values));
        await Task.Delay(use, clock, patience.Token);

        // No requests during the action. SessionsEndedInUse measures the effect of such requests.
        for (var way = 0; way < system.Ways.Count; way++)
        {
            await pause.WaitAsync(patience.Token);
        }

        var start = clock.GetTimestamp();
        await Act.DoAsync(act, system.Tokens, tokens.Refresh!);
        var answered = clock.GetElapsedTime(start);
        pause.Release(system.Ways.Count);

        var refused = new Dictionary<string, double>();
        foreach (var (way, watcher) in watchers)
        {
            refused[way] = clock.GetElapsedTime(start, await watcher).TotalSeconds;
            if (refused[way] < 0)
            {
                throw new InvalidOperationException($"The way '{way}' rejected a token before its session was ended.");
            }
        }

        return new RevocationDelay(act, round, answered.TotalSeconds, refused);
    }

    /// <summary>Uses the token until it is rejected.</summary>
    /// <returns>The timestamp of the rejection.</returns>
    private static async Task<long> UntilRefusedAsync(
        HttpClient http, Uri address, string token, TaskCompletionSource inUse, SemaphoreSlim pause, CancellationToken cancellation)
    {
        while (true)
        {
            await pause.WaitAsync(cancellation);
            var accepted = await TokenUse.IsAcceptedAsync(http, address, token, cancellation);
            pause.Release();
            if (!accepted)
            {
                return TimeProvider.System.GetTimestamp();
            }

            inUse.TrySetResult();
            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
        }
    }
}
