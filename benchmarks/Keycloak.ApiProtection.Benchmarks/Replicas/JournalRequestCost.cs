using System.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Load.Replicas;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Benchmarks.Replicas;

/// <summary>Measures all checks of a request's token with a journal and without one, in alternation.</summary>
internal static class JournalRequestCost
{
    private const int Distinct = 64;
    private const int Rounds = 3_000;

    public static async Task<IReadOnlyList<RequestCost>> MeasureAsync()
    {
        var costs = new List<RequestCost>();
        foreach (var revocations in new[] { 0, 1_000 })
        {
            // One token of a cache that holds it, and many tokens without a cache. A turn is short, because other programs disturb it.
            costs.Add(await MeasureAsync("repeated", revocations, cacheSize: 16, tokens: 1, turn: 512));
            costs.Add(await MeasureAsync("new", revocations, cacheSize: 0, tokens: Distinct, turn: 8));
        }

        return costs;
    }

    private static async Task<RequestCost> MeasureAsync(string name, int revocations, int cacheSize, int tokens, int turn)
    {
        await using var without = await StartAsync(cacheSize, revocations, select: null);
        await using var with = await StartAsync(cacheSize, revocations, builder => builder.Use(_ => new EmptyJournal()));
        var (former, shared) = (Check(without, tokens), Check(with, tokens));

        // The first rounds are not counted: code is still being compiled.
        Rotate(former, shared, turn);
        var rounds = Rotate(former, shared, turn);
        var ratios = rounds.Select(round => round.With / round.Without).Order().ToArray();
        return new RequestCost(
            name,
            revocations,
            Middle(rounds.Select(round => round.Without)),
            ratios[Rounds / 2],
            ratios[Rounds / 4],
            ratios[Rounds * 3 / 4],
            Middle(rounds.Select(round => round.With - round.Without)),
            Allocation(shared, turn) - Allocation(former, turn));
    }

    private static async Task<Replica> StartAsync(int cacheSize, int revocations, Action<RevocationJournalBuilder>? select)
    {
        var replica = Replica.Create(cacheSize, select);
        await replica.StartAsync();
        for (var number = 0; number < revocations; number++)
        {
            replica.Revocations.RevokeSession($"ended-{number}");
        }

        await replica.Revocations.FlushAsync(CancellationToken.None);
        return replica;
    }

    private static Action Check(Replica replica, int distinct)
    {
        var messages = Enumerable.Range(0, distinct).Select(number => BearerMessage.From(replica.Api.Token(number: number))).ToArray();
        var http = new DefaultHttpContext();
        foreach (var message in messages)
        {
            replica.Api.Expect(message.Token.ToString(), accepted: true);
        }

        var next = 0;
        return () =>
        {
            next = next + 1 == messages.Length ? 0 : next + 1;
            var outcome = TokenChecks.CheckAsync(replica.Scheme, http, messages[next], isActiveRequired: false, maxAge: null);
            if (!outcome.IsCompletedSuccessfully || !outcome.Result.IsAccepted)
            {
                throw new InvalidOperationException("A valid token was not accepted immediately.");
            }
        };
    }

    private static (double Without, double With)[] Rotate(Action without, Action with, int turn)
    {
        var rounds = new (double Without, double With)[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            // Neither is always the first one.
            var isEven = round % 2 == 0;
            var first = Time(isEven ? without : with, turn);
            var second = Time(isEven ? with : without, turn);
            rounds[round] = isEven ? (first, second) : (second, first);
        }

        return rounds;
    }

    private static double Time(Action check, int turn)
    {
        var start = Stopwatch.GetTimestamp();
        for (var time = 0; time < turn; time++)
        {
            check();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / turn;
    }

    private static double Allocation(Action check, int turn)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Time(check, turn);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)turn;
    }

    private static double Middle(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
