using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>What one scheme asks of a token; made once of its options.</summary>
internal sealed class TokenPolicy
{
    /// <summary>Gets the longest token that is looked at, in characters.</summary>
    public required int MaximumSize { get; init; }

    /// <summary>Gets the algorithms that may have signed it.</summary>
    public required IReadOnlyList<SigningAlgorithm> Algorithms { get; init; }

    /// <summary>Gets the issuers, one of which the token names.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>Gets the audiences, one of which the token names; null when the owner does not want them checked.</summary>
    public required IReadOnlyList<string>? Audiences { get; init; }

    /// <summary>Gets how much the clocks of this machine and of Keycloak may differ.</summary>
    public required TimeSpan ClockSkew { get; init; }

    /// <summary>Gets whether lightweight tokens are let through to be introspected. False by default: they are refused.</summary>
    public bool IntrospectsLightweight { get; init; }

    /// <summary>Gets how claims become a principal.</summary>
    public required KeycloakClaimsOptions Claims { get; init; }

    /// <summary>Gets what names another scheme of the application that trusts an issuer, for the log. Null by default: there is no other scheme.</summary>
    public Func<string, string?>? OtherScheme { get; init; }

    /// <summary>The rules for the claims, in the order in which they are asked.</summary>
    public ITokenRule[] Rules() =>
    [
        new IssuerRule(Issuers),
        new KindRule(),
        new BindingRule(),
        new ExpiryRule(ClockSkew),
        new NotBeforeRule(ClockSkew),
        new IssuedAtRule(ClockSkew),
        .. IntrospectsLightweight ? Array.Empty<ITokenRule>() : [new LightweightRule()],
        .. Audiences is { } audiences ? [new AudienceRule(audiences, orLightweight: IntrospectsLightweight)] : Array.Empty<ITokenRule>(),
    ];
}
