using System.Diagnostics;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// Measures the time of a token beyond the framework's signature check, in alternation. Command:
/// <c>dotnet run -c Release -- overhead [RS256] [1500]</c>.
/// </summary>
/// <remarks>
/// The difference is about one microsecond of twenty, which is less than the difference between two consecutive runs on a shared machine.
/// So each round measures everything for a short time. The output is the median of the rounds' differences, and the difference of the
/// fastest measurements, because other programs on the machine can only make a measurement slower.
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
            ("new token, one scope read", Read(forgetting, Tokens(forgetting), token => token.Claims.Scopes.Contains("orders:read"))),
            ("new token, one realm role read", Read(forgetting, Tokens(forgetting), token => token.Claims.RealmRoles.Contains("customer"))),
            (
                "new token, read for the revocation check",
                Read(forgetting, Tokens(forgetting), token => token.Marks(NameHash.Local).User != 0)),
            ("new token that is cached", Verify(remembering, Tokens(remembering), accepted: true)),
            ("bad signature", Verify(forgetting, Tokens(forgetting, token => token.Tampered()), accepted: false)),
            ("expired", Verify(forgetting, Tokens(forgetting, token => token.Expired()), accepted: false)),
            ("for another API", Verify(forgetting, Tokens(forgetting, token => token.WithClaim("aud", "account")), accepted: false)),
        ];

        // The first rounds are not counted: code is still being compiled.
        Measure(kinds, Rounds);
        var times = Measure(kinds, Rounds);
        var alone = times[0].Min();
        Console.WriteLine($"{algorithm}, {letters} characters: {kinds[0].Name} {alone:F0} ns");
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
        bool Act(string token) =>
            api.Verifier.TryVerify(token, out var verification) && verification.IsAccepted(out var accepted) && read(accepted);
        if (!Array.TrueForAll(tokens, token => Act(token)))
        {
            throw new InvalidOperationException("A token was rejected, or it lacks the scope, role or user that is read.");
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
