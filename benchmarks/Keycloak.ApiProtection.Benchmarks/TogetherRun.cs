using System.Text.Json;
using Keycloak.ApiProtection.Tokens.Verified;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// Measures how often the signature of a new token is checked if concurrent requests send it. Command:
/// <c>dotnet run -c Release -- together file.json</c>.
/// </summary>
/// <remarks>
/// A request does not wait for the check of another request: a lock or a shared task would cost time for every new token, to save the few
/// repeated checks. The number of checks is the number of requests that run at the same moment: one for each processor, and one more if a
/// thread was interrupted during its check.
/// </remarks>
internal static class TogetherRun
{
    private const int Rounds = 500;

    public static void Write(string file)
    {
        using var api = ProtectedApi.Start(cacheSize: 16 * 1024);
        var counts = api.Services.GetRequiredService<KeycloakMetrics>().VerifiedTokens(KeycloakBearerDefaults.AuthenticationScheme);
        api.Expect(api.Token(), accepted: true);
        var points = new List<object>();
        var number = 0;
        foreach (var requests in new[] { 1, 2, 8, 64 })
        {
            var checks = new long[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                var token = api.Token(number: ++number);
                var before = counts.Misses;
                Together(requests, () => api.Verifier.TryVerify(token, out var verification) && verification.IsAccepted(out _));
                checks[round] = counts.Misses - before;
            }

            points.Add(new { requests, checks = checks.Average(), most = checks.Max() });
            Console.WriteLine($"{requests} concurrent requests: {checks.Average():F2} signature checks, at most {checks.Max()}");
        }

        File.WriteAllText(file, JsonSerializer.Serialize(points));
    }

    private static void Together(int requests, Func<bool> verify)
    {
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Task.WhenAll(Enumerable.Range(0, requests).Select(async _ =>
        {
            await begin.Task;
            return verify();
        }));
        begin.SetResult();
        if (!all.Result.All(accepted => accepted))
        {
            throw new InvalidOperationException("A valid token was rejected.");
        }
    }
}
