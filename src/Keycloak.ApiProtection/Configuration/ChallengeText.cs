namespace Keycloak.ApiProtection.Configuration;

/// <summary>
/// The characters of a challenge's parameter (RFC 6750 section 3): %x20-21 / %x23-5B / %x5D-7E, which is printable ASCII without
/// quotation marks and backslashes. No escaping is needed.
/// </summary>
internal static class ChallengeText
{
    /// <summary>Whether the character is allowed.</summary>
    public static bool Allows(char letter) => letter is >= ' ' and <= '~' and not '"' and not '\\';

    /// <summary>Returns the text without the characters that are not allowed.</summary>
    public static string Of(string text) => new([.. text.Where(Allows)]);
}
