using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Ids of users and organizations that an export does not contain.</summary>
internal static class ExportedId
{
    /// <summary>Creates an id that looks like Keycloak's and is the same at every start, so that tests are repeatable.</summary>
    public static string Of(string realm, string name)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{realm}\n{name}")).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | 0x40);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
