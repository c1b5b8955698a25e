using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>The requirements of one scheme for a token. Created once from the scheme's options.</summary>
internal sealed class TokenPolicy
{
    /// <summary>Gets the maximum length of a token in characters. Longer tokens are rejected without being read.</summary>
    public required int MaximumSize { get; init; }

    /// <summary>Gets the accepted signature algorithms.</summary>
    public required IReadOnlyList<SigningAlgorithm> Algorithms { get; init; }

    /// <summary>Gets the valid issuers. The token must name one of them.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>Gets the accepted audiences. The token must name one of them. Null if the audience is not checked.</summary>
    public required IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>Gets the maximum difference between the clocks of this machine and of Keycloak.</summary>
    public required TimeSpan ClockSkew { get; init; }

    /// <summary>
    /// Gets whether lightweight tokens pass the rules, because they are introspected afterward. False by default: they are rejected.
    /// </summary>
    public bool IntrospectsLightweight { get; init; }

    /// <summary>
    /// Gets whether bound tokens pass the rules, because the proof for each binding in <see cref="AccessToken.Confirmation"/> is checked
    /// afterward. False by default: they are rejected.
    /// </summary>
    public bool VerifiesProofs { get; init; }

    /// <summary>Gets the options for the claims of the principal.</summary>
    public required KeycloakClaimsOptions Claims { get; init; }

    /// <summary>
    /// Gets a function that returns the name of another scheme that trusts an issuer, for the log. Null if there is no other scheme.
    /// </summary>
    public Func<string, string?>? OtherScheme { get; init; }

    /// <summary>Returns the rules for the claims, in the order in which they are checked.</summary>
    public ITokenRule[] Rules() =>
    [
        new IssuerRule(Issuers),
        new KindRule(VerifiesProofs),
        new BindingRule(VerifiesProofs),
        new ExpiryRule(ClockSkew),
        new NotBeforeRule(ClockSkew),
        new IssuedAtRule(ClockSkew),
        .. IntrospectsLightweight ? Array.Empty<ITokenRule>() : [new LightweightRule()],
        .. Audiences is { } audiences ? [new AudienceRule(audiences, orLightweight: IntrospectsLightweight)] : Array.Empty<ITokenRule>(),
    ];
}
