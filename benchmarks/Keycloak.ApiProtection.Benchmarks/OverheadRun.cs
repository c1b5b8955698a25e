using System.Diagnostics;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>What a token costs over the framework's signature check alone, in alternation: <c>dotnet run -c Release -- overhead [RS256] [1500]</c>.</summary>
/// <remarks>
/// A microsecond beside twenty: less than two runs one after the other differ on a machine that is shared. So each round takes a short turn at everything,
/// and what is told is the median of the rounds' differences, and that of the fastest turns, which whoever else uses the machine can only make slower.
/// </remarks>
internal static class OverheadRun
{
    private const int Distinct = 64;
    private const int Turn = 16;
    private const int Rounds = 2_000;

    public static void Write(string algorithm, int letters)
    {
        using var forgetting = ProtectedApi.Start(cacheSize: 0);
        using var remembering = ProtectedApi.Start(cacheSize: 8);
        var raw = forgetting.RawCheck(Tokens(forgetting));
        (string Name, Func<bool> Act)[] kinds =
        [
            ("RSA or ECDSA alone", raw),
            ("new token", Verify(forgetting, Tokens(forgetting), accepted: true)),
            ("new token, asked for a scope", Read(forgetting, Tokens(forgetting), token => token.Claims.Scopes.Contains("orders:read"))),
            ("new token, asked for a realm role", Read(forgetting, Tokens(forgetting), token => token.Claims.RealmRoles.Contains("customer"))),
            ("new token, asked for by the log of revocations", Read(forgetting, Tokens(forgetting), token => token.Marks.User != 0)),
            ("new token that is remembered", Verify(remembering, Tokens(remembering), accepted: true)),
            ("bad signature", Verify(forgetting, Tokens(forgetting, token => token.Tampered()), accepted: false)),
            ("expired", Verify(forgetting, Tokens(forgetting, token => token.Expired()), accepted: false)),
            ("for another API", Verify(forgetting, Tokens(forgetting, token => token.WithClaim("aud", "account")), accepted: false)),
        ];

        // The first rounds, until everything is compiled for good, are not counted.
        Measure(kinds, Rounds);
        var times = Measure(kinds, Rounds);
        var alone = times[0].Min();
        Console.WriteLine($"{algorithm}, {letters} letters: {kinds[0].Name} {alone:F0} ns");
        for (var kind = 1; kind < kinds.Length; kind++)
        {
            var over = times[kind].Zip(times[0], (time, signature) => time - signature).Order().ElementAt(Rounds / 2);
            var fastest = times[kind].Min();
            Console.WriteLine(fastest < alone / 2
                ? $"{kinds[kind].Name}: {fastest:F0} ns ({fastest / alone:F3})"
                : $"{kinds[kind].Name}: {fastest - alone:+0;-0} ns ({fastest / alone:F3}), median of differences {over:+0;-0} ns");
        }

        string[] Tokens(ProtectedApi api, Func<Testing.TokenBuilder, Testing.TokenBuilder>? change = null) =>
            [.. Enumerable.Range(0, Distinct).Select(number => api.Token(algorithm, letters, number, change))];
    }

    private static Func<bool> Verify(ProtectedApi api, string[] tokens, bool accepted)
    {
        Array.ForEach(tokens, token => api.Expect(token, accepted));
        var next = 0;
        return () => api.Verifier.TryVerify(tokens[next++ % Distinct], out _);
    }

    private static Func<bool> Read(ProtectedApi api, string[] tokens, Predicate<AccessToken> read)
    {
        bool Act(string token) => api.Verifier.TryVerify(token, out var verification) && verification.IsAccepted(out var accepted) && read(accepted);
        if (!Array.TrueForAll(tokens, token => Act(token)))
        {
            throw new InvalidOperationException("The tokens lack what is looked for.");
        }

        var next = 0;
        return () => Act(tokens[next++ % Distinct]);
    }

    private static double[][] Measure((string Name, Func<bool> Act)[] kinds, int rounds)
    {
        var times = Array.ConvertAll(kinds, _ => new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var time = 0; time < Turn; time++)
                {
                    kinds[kind].Act();
                }

                times[kind][round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Turn;
            }
        }

        return times;
    }
}
