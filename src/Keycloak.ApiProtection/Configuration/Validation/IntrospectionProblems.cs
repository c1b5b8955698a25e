using System.Globalization;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>Finds at start what would make introspection fail, or mean something else than its owner thinks.</summary>
internal static class IntrospectionProblems
{
    private static readonly TimeSpan LongestFreshness = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStale = TimeSpan.FromDays(1);

    /// <summary>Each problem with its remedy; none of them says a secret.</summary>
    public static IEnumerable<string> Of(KeycloakBearerOptions options)
    {
        var credentials = options.Credentials;
        if (options.Introspection is IntrospectionMode.LightweightOnly or IntrospectionMode.Always && !credentials.AreSet)
        {
            yield return $"Introspection is {options.Introspection}, and there are no credentials to ask with. Set credentials.secret (Clients > {options.Resource} > Credentials > Client secret), "
                + "or credentials.jwt with the client's private key; or set Introspection to Never.";
        }

        if (credentials.AreSet && string.IsNullOrWhiteSpace(options.Resource))
        {
            yield return "credentials are set, and resource is not: it names the client that they belong to.";
        }

        foreach (var problem in Credentials(credentials))
        {
            yield return problem;
        }

        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most, string Why)[] spans =
        [
            (nameof(options.Freshness), options.Freshness, TimeSpan.Zero, LongestFreshness, " A revoked token works that long: access tokens themselves live some minutes only."),
            (nameof(options.AllowStaleFor), options.AllowStaleFor, TimeSpan.Zero, LongestStale, string.Empty),
            (nameof(options.IntrospectionTimeout), options.IntrospectionTimeout ?? TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2), string.Empty),
        ];
        foreach (var (setting, value, least, most, why) in spans)
        {
            if (value < least || value > most)
            {
                yield return $"{setting} is {value}; it must lie between {least} and {most}.{why}";
            }
        }

        if (options.MaximumIntrospectionsInFlight is < 1 or > 10_000)
        {
            yield return $"MaximumIntrospectionsInFlight is {options.MaximumIntrospectionsInFlight.ToString(CultureInfo.InvariantCulture)}; it must lie between 1 and 10000.";
        }

        if (options.MaximumIntrospectedTokens is < 100 or > 10_000_000)
        {
            yield return $"MaximumIntrospectedTokens is {options.MaximumIntrospectedTokens.ToString(CultureInfo.InvariantCulture)}; it must lie between 100 and 10000000.";
        }
    }

    private static IEnumerable<string> Credentials(KeycloakClientCredentials credentials)
    {
        var hasSecret = !string.IsNullOrEmpty(credentials.Secret);
        var hasKey = !string.IsNullOrEmpty(credentials.Key);
        if (hasSecret && hasKey)
        {
            yield return "credentials hold a secret and a private key. Keep the one that Clients > the client > Credentials > Client Authenticator asks for.";
            yield break;
        }

        if (!credentials.AreSet)
        {
            yield break;
        }

        switch (credentials.EffectiveMethod)
        {
            case ClientAuthenticationMethod.ClientSecretBasic or ClientAuthenticationMethod.ClientSecretPost when !hasSecret:
                yield return $"credentials.method is {credentials.EffectiveMethod}, and there is no secret. Set credentials.secret.";
                break;
            case ClientAuthenticationMethod.PrivateKeyJwt when !hasKey:
                yield return "credentials.method is PrivateKeyJwt, and there is no key. Set credentials.jwt.key or credentials.jwt.key-file.";
                break;
            case ClientAuthenticationMethod.PrivateKeyJwt when !ClientKey.TryRead(credentials, out _, out var problem):
                yield return $"the private key in credentials {problem}.";
                break;
            case ClientAuthenticationMethod.TlsClientCertificate when hasSecret || hasKey:
                yield return "credentials.method is TlsClientCertificate, and a secret or key is set beside it: the certificate of the named HttpClient is all that is sent. Remove the other.";
                break;
        }
    }
}
