namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>Finds settings that contradict the FAPI 2.0 Security Profile. Each problem names the clause.</summary>
internal static class Fapi2Problems
{
    private const string ResourceServers = "FAPI 2.0 Security Profile 5.3.4";
    private const string Cryptography = "FAPI 2.0 Security Profile 5.4.1";

    private static readonly string[] Algorithms = ["PS256", "ES256"];
    private static readonly TimeSpan LeastSkew = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(60);

    /// <summary>Gets each problem with its remedy; none if the profile is not set.</summary>
    public static IEnumerable<string> Of(KeycloakBearerOptions options)
    {
        if (options.Profile != KeycloakProfile.Fapi2)
        {
            yield break;
        }

        foreach (var (setting, names) in new[] { ("Algorithms", options.Algorithms), ("Dpop.Algorithms", options.Dpop.Algorithms) })
        {
            if (names.Except(Algorithms).ToArray() is { Length: > 0 } others)
            {
                yield return $"Profile is Fapi2, but {setting} contains {string.Join(", ", others)}. Only PS256 and ES256 are allowed "
                    + $"({Cryptography} 1). Remove them, and set Clients > the client > Advanced > Access token signature algorithm to "
                    + "match.";
            }
        }

        if (options.QueryTokenPaths.Count > 0)
        {
            yield return $"Profile is Fapi2, but QueryTokenPaths is set. Tokens in the query are not allowed ({ResourceServers} 2). "
                + "Remove it.";
        }

        if (options.EffectiveIntrospection != IntrospectionMode.Always && options.LoginClients.Count == 0)
        {
            yield return "Profile is Fapi2, but neither introspection nor back-channel logout tells this API that a token was revoked "
                + $"({ResourceServers} 3). Set Introspection to Always, or set LoginClients and map app.MapKeycloakEndpoints().";
        }

        if (options.Introspection.StaleIfError > TimeSpan.Zero)
        {
            yield return "Profile is Fapi2, but Introspection.StaleIfError accepts tokens whose revocation status is not known "
                + $"({ResourceServers} 3). Set it to zero.";
        }

        if (!options.VerifyTokenAudience)
        {
            yield return "Profile is Fapi2, but verify-token-audience is false: a token for another API would be accepted "
                + $"({ResourceServers} 4). Set it to true.";
        }

        if (options.SslRequired == SslRequired.None)
        {
            yield return "Profile is Fapi2, but ssl-required is none: all connections must use TLS (FAPI 2.0 Security Profile 5.2). "
                + "Set it to external or all.";
        }

        foreach (var (setting, skew) in new[] { ("ClockSkew", options.ClockSkew), ("Dpop.ProofAhead", options.Dpop.ProofAhead) })
        {
            if (skew < LeastSkew || skew > MostSkew)
            {
                yield return $"Profile is Fapi2, but {setting} is {skew}: times up to 10 seconds in the future must be accepted, and more "
                    + "than 60 seconds rejected (FAPI 2.0 Security Profile 5.3.2.1, which applies to every JWT here).";
            }
        }
    }
}
