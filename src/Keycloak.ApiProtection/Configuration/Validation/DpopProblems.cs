using System.Buffers.Text;
using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>Finds settings at start with which DPoP proofs could not be checked.</summary>
internal static class DpopProblems
{
    private const int SmallestMemory = 1024;
    private const int LargestMemory = 16_777_216;

    /// <summary>Gets each problem with its remedy. No text contains the nonce key.</summary>
    public static IEnumerable<string> Of(KeycloakBearerOptions options)
    {
        var dpop = options.Dpop;
        if (options.PublicUrl is { } url && !DpopPublicUrl.TryCreate(url, out _))
        {
            yield return $"PublicUrl '{url}' is not an absolute http or https URL without query and fragment, such as "
                + "https://api.example.com/orders.";
        }

        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] times =
        [
            ("Dpop.ProofAge", dpop.ProofAge, TimeSpan.FromSeconds(1), DpopSettings.LongestProofAge),
            ("Dpop.ProofAhead", dpop.ProofAhead, TimeSpan.Zero, DpopSettings.LongestProofAhead),
        ];
        foreach (var (setting, value, least, most) in times)
        {
            if (value < least || value > most || value.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                yield return $"{setting} is {value}; it must be a whole number of seconds between {least} and {most}.";
            }
        }

        if (dpop.ReplayCapacity is < SmallestMemory or > LargestMemory)
        {
            yield return $"Dpop.ReplayCapacity is {dpop.ReplayCapacity}; it must be between {SmallestMemory} and {LargestMemory}.";
        }

        foreach (var name in dpop.Algorithms.Where(name => !SigningAlgorithm.TryGet(name, out _)))
        {
            yield return $"Dpop.Algorithms contains '{name}', which cannot be verified. Possible are RS, PS and ES with 256, 384 and 512.";
        }

        if (dpop.NonceKey is { } key && (!Base64.IsValid(key, out var length) || length < DpopOptions.ShortestNonceKey))
        {
            yield return $"Dpop.NonceKey is not the base64 text of at least {DpopOptions.ShortestNonceKey} bytes. Create it with "
                + "'openssl rand -base64 32', and give all replicas the same.";
        }
    }
}
