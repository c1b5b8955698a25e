namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>
/// A token of <see cref="VerifiedTokens"/> and its hash, which makes most comparisons unnecessary. A reader may see values of two tokens;
/// the text decides.
/// </summary>
internal struct VerifiedTokenPlace
{
    public AccessToken? Token;
    public ulong Hash;
}
