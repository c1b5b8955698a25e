namespace Keycloak.ApiProtection.Claims.Marks;

/// <summary>The hash of the name of a session, user, client, token or realm. Zero means "no name".</summary>
/// <param name="Key">The first half: the key in the revocation log.</param>
/// <param name="Rest">The second half. Zero if the hash is local to this process.</param>
internal readonly record struct HashedName(ulong Key, ulong Rest)
{
    /// <summary>The length of <see cref="ToString"/>.</summary>
    public const int TextLength = 32;

    /// <summary>Gets whether there is no name.</summary>
    public bool IsEmpty => Key == 0;

    /// <summary>Returns 32 hexadecimal digits.</summary>
    public override string ToString() => $"{Key:x16}{Rest:x16}";

    /// <summary>Reads 32 lower-case hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out HashedName name)
    {
        name = default;
        if (text.Length != TextLength || !TryParseHalf(text[..16], out var key) || !TryParseHalf(text[16..], out var rest) || key == 0)
        {
            return false;
        }

        name = new HashedName(key, rest);
        return true;
    }

    private static bool TryParseHalf(ReadOnlySpan<byte> digits, out ulong half)
    {
        half = 0;
        foreach (var digit in digits)
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return false;
            }

            half = (half << 4) | (uint)value;
        }

        return true;
    }
}
