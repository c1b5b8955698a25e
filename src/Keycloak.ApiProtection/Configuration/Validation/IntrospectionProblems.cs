using System.Globalization;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Configuration.Validation;

/// <summary>Finds settings at start with which introspection would fail, or would not do what the application expects.</summary>
internal static class IntrospectionProblems
{
    private static readonly TimeSpan LongestFreshness = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStale = TimeSpan.FromDays(1);

    /// <summary>Gets each problem with its remedy. No text contains a secret.</summary>
    public static IEnumerable<string> Of(KeycloakBearerOptions options)
    {
        var credentials = options.Credentials;
        if (options.Introspection.Mode is IntrospectionMode.LightweightOnly or IntrospectionMode.Always && !credentials.AreSet)
        {
            yield return $"Introspection is {options.Introspection.Mode}, but no credentials are set. "
                + $"Set credentials.secret (Clients > {options.Resource} > Credentials > Client secret), "
                + "or credentials.jwt with the client's private key; or set Introspection to Never.";
        }

        if (credentials.AreSet && string.IsNullOrWhiteSpace(options.Resource))
        {
            yield return "credentials are set, but resource is not. Set resource to the client that the credentials belong to.";
        }

        foreach (var problem in Credentials(credentials))
        {
            yield return problem;
        }

        (string Setting, TimeSpan Value, TimeSpan Least, TimeSpan Most, string Why)[] spans =
        [
            ("Introspection.Freshness", options.Introspection.Freshness, TimeSpan.Zero, LongestFreshness,
                " A revoked token is accepted for that time, and access tokens themselves are valid for only some minutes."),
            ("Introspection.StaleIfError", options.Introspection.StaleIfError, TimeSpan.Zero, LongestStale, string.Empty),
            ("Introspection.Timeout", options.Introspection.Timeout ?? TimeSpan.FromSeconds(5),
                TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2), string.Empty),
        ];
        foreach (var (setting, value, least, most, why) in spans)
        {
            if (value < least || value > most)
            {
                yield return $"{setting} is {value}; it must be between {least} and {most}.{why}";
            }
        }

        if (options.Introspection.MaximumInFlight is < 1 or > 10_000)
        {
            var value = options.Introspection.MaximumInFlight.ToString(CultureInfo.InvariantCulture);
            yield return $"Introspection.MaximumInFlight is {value}; it must be between 1 and 10000.";
        }

        if (options.Introspection.MaximumTokens is < 100 or > 10_000_000)
        {
            var value = options.Introspection.MaximumTokens.ToString(CultureInfo.InvariantCulture);
            yield return $"Introspection.MaximumTokens is {value}; it must be between 100 and 10000000.";
        }
    }

    private static IEnumerable<string> Credentials(KeycloakClientCredentials credentials)
    {
        var hasSecret = !string.IsNullOrEmpty(credentials.Secret);
        var hasKey = !string.IsNullOrEmpty(credentials.Key);
        if (hasSecret && hasKey)
        {
            yield return "credentials contain a secret and a private key. "
                + "Keep the one that matches Clients > the client > Credentials > Client Authenticator.";
            yield break;
        }

        if (!credentials.AreSet)
        {
            yield break;
        }

        switch (credentials.EffectiveMethod)
        {
            case ClientAuthenticationMethod.ClientSecretBasic or ClientAuthenticationMethod.ClientSecretPost when !hasSecret:
                yield return $"credentials.method is {credentials.EffectiveMethod}, but there is no secret. Set credentials.secret.";
                break;
            case ClientAuthenticationMethod.PrivateKeyJwt when !hasKey:
                yield return "credentials.method is PrivateKeyJwt, but there is no key. "
                    + "Set credentials.jwt.key or credentials.jwt.key-file.";
                break;
            case ClientAuthenticationMethod.PrivateKeyJwt when !ClientKey.TryRead(credentials, out _, out var problem):
                yield return $"the private key in credentials {problem}.";
                break;
            case ClientAuthenticationMethod.TlsClientCertificate when hasSecret || hasKey:
                yield return "credentials.method is TlsClientCertificate, but a secret or key is set as well. "
                    + "Only the certificate of the named HttpClient is sent. Remove the secret or key.";
                break;
        }
    }
}
