using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Load;

/// <summary>
/// A file with the requests of a client whose token is bound to its key: each line has the token and a proof. The proofs are signed before
/// the load starts, because wrk cannot sign. Each one is sent once, within the seconds for which the API accepts it.
/// </summary>
/// <param name="key">The client's key.</param>
/// <param name="token">The token, which is bound to the key.</param>
/// <param name="path">The path of the file.</param>
internal sealed class ProofFile(DpopKey key, string token, string path)
{
    /// <summary>The name of the file.</summary>
    public const string Name = "proofs.txt";

    // More than a server can verify. If they did not suffice, wrk would repeat them, and report errors because they are rejected.
    private const int PerSecond = 20_000;

    /// <summary>Signs new proofs for a number of seconds, with ES256. Returns how many.</summary>
    public async Task<int> WriteAsync(Uri target, int seconds)
    {
        var lines = new string[PerSecond * seconds];
        Parallel.For(0, lines.Length, at => lines[at] = $"{token} {key.Proof(HttpMethod.Get, target).For(token).Create()}");
        await File.WriteAllLinesAsync(path, lines);
        return lines.Length;
    }
}
