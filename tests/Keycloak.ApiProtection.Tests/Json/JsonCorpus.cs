using System.Text;
using Keycloak.ApiProtection.Tests.Tokens;

namespace Keycloak.ApiProtection.Tests.Json;

/// <summary>Valid and invalid JSON documents that are difficult for parsers, handwritten and random.</summary>
internal static class JsonCorpus
{
    private static readonly string[] Values =
    [
        // Numbers.
        "0", "-0", "1", "-1", "12", "1.5", "-1.5", "0.0", "1e9", "1E9", "1e+9", "1e-9", "0e0", "0e+1", "-0.1e-1",
        "123456789012345678901234567890", "1e400", "-1E-400",
        "9223372036854775807", "9223372036854775808", "1.0000000000000000000000000000000001",
        "00", "01", "-01", "-", "+", "+1", ".5", "1.", "1.e1", "-.5", "1e", "1e+", "1E-", "1.5e", "0x1", "1a", "1 2", "--1", "1-1", "1,5",
        "0.3.1", "1e1.5", "NaN", "-Infinity", "Infinity",
        "1_000", "1f", "\u0661", "\uFF11", "-a", "1eE2", "0e", "-0e-", "2.e3", "1\0",

        // Literals.
        "true", "false", "null", "True", "TRUE", "tru", "truee", "fals", "nul", "nulll", "nil", "undefined", "t", "f", "n", "true1",
        "true true", "\u00A0true",

        // Strings.
        "\"\"", "\"a\"", "\" \"", "\"\\\"\"", "\"\\\\\"", "\"\\/\"", "\"\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\u00e9\"", "\"\\u00E9\"",
        "\"\\u20AC\"", "\"\\uD83D\\uDE00\"", "\"\\u0000\"",
        "\"\\u0022\"", "\"\\u005C\"", "\"\\u007F\"", "\"\u00E9\u20AC\uD83D\uDE00\"", "\"\u007F\"", "\"\u2028\u2029\"", "\"\uFEFF\"",
        "\"\uFFFE\uFFFF\"", "\"a\\u0062c\"", "\"\\\\u0041\"", "\"\\\\\\\"\"",
        "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDC00\\uD800\"", "\"\\uD800\\uD800\"", "\"\\uD800\\u0041\"", "\"\\uD800a\"", "\"\\uD800\\\\\"",
        "\"\\uD800\\uDBFF\"", "\"\\uFFFF\"",
        "\"", "\"a", "a\"", "\"\\", "\"\\\"", "\"\\a\"", "\"\\x41\"", "\"\\'\"", "\"\\u\"", "\"\\u0\"", "\"\\u00\"", "\"\\u004\"",
        "\"\\u004g\"", "\"\\u+041\"", "\"\\u 041\"", "\"\\U0041\"", "\"\\u00\u00E9\"",
        "\"\n\"", "\"\t\"", "\"\r\"", "\"\0\"", "\"\u001F\"", "'a'", "\"a\"b", "\"a\"\"b\"", "\"\\0\"", "\"\\8\"", "\"\\\n\"",
        "\"\\u{41}\"", "\"\\uD83D\\u\"", "\"\\uD83D\\uDE0\"",

        // Arrays.
        "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[[[1]],[2]]", "[\"a\",1,true,null,{}]", "[1,[2,[3,{\"a\":[4]}]]]",
        "[\t\r\n]",
        "[", "]", "[1", "[1,", "[1,]", "[,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[}", "[1}", "[[]", "[]]", "[\"a\":1]", "[1;2]", "[1,2",
        "[\"a", "[\"a\"", "[1]1", "(1)", "[\u00A0]", "[\v1]", "[\f]", "[...]", "[//\n1]", "[/**/1]", "[#1]",

        // Objects.
        "{}", "{ }", "{\"a\":1}", "{\"a\":1,\"b\":2}", "{ \"a\" : 1 , \"b\" : [ ] }", "{\"\":1}", "{\"a\":{\"b\":{\"c\":{}}}}",
        "{\"a\":[{\"b\":1},{\"c\":2}]}", "{\"a\":1,\"a\":2}", "{\"\\u0061\":1,\"a\":2}", "{\"\\n\":1}",
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{a:1}", "{'a':1}", "{\"a\" 1}",
        "{\"a\"::1}", "{\"a\",1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{1:1}", "{null:1}", "{[]:1}",
        "{{}}", "{\"a\":}", "{\"a\":]", "{]", "{\"a\":1]", "{\"a\":{}", "{\"a\":1}}", "{\"a\"}", "{:1}", "{\"a\":1;\"b\":2}",
        "{\"a\"/**/:1}", "{\"a\":1}//", "{\"a\":\"b\"", "{\"\\x\":1}", "{\"a\nb\":1}", "{\"a\":1,\"b\"}", "{\"a\":1,\"b\":}",
        "{\"\\uD800\":1}", "{\"a\":[1,{\"b\":2],3}}", "[{]}", "[1,{\"a\":2,[3]}]",

        // Empty text, and text that is not JSON.
        "", " ", "\0", "\\", "/", "*", "//", "/**/", "#", "\u00A0", "\u200B", "\uFEFF", "<a/>", "a", ",", ":", "@", "`a`", "$", "\u00E9",
    ];

    private static readonly string[] Documents =
    [
        "", " ", "{", "}", "{}", " { } ", "\t\r\n{}\t\r\n", "{}{}", "{} {}", "{},", "{}x", "{}\0", "\0{}", "\uFEFF{}", "{}\uFEFF",
        "\u00A0{}", "[]", "[{}]", "null", "\"a\"", "1", "//\n{}", "{}//", "{/**/}", "{}/**/", "{}#", "\v{}", "{}\f",
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"\\u0061\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"\\n\":1}", "{\"\":1}",
        "{\"\":1,\"\":2}", "{\"A\":1,\"a\":2}", "{\"\u00E9\":1,\"e\u0301\":2}", "{\"a\\\"\":1}",
        "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1,,\"b\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1\0}", "{\"a\"\0:1}", "{\"a\":1}]",
        "{\"a\":1]", "{\"a\":1}}", "{\"a\" :\n1\r,\t\"b\" : 2 }", "{\"a\":\u00A01}", "{\"a\u0000\":1}", "{\"a\t\":1}",
    ];

    private static readonly string Significant = "\"\"\\\\{}[],::  019-+.eEtfnu/b\u007F\u001F\n\t\0";

    /// <summary>
    /// Handwritten documents. Each value is used as the only member, before and after other members, and nested.
    /// </summary>
    public static IEnumerable<byte[]> ByHand()
    {
        foreach (var document in Documents)
        {
            yield return Encoding.UTF8.GetBytes(document);
        }

        foreach (var value in Values)
        {
            yield return Encoding.UTF8.GetBytes($"{{\"a\":{value}}}");
            yield return Encoding.UTF8.GetBytes($"{{ \"a\" : {value} , \"b\" : 1 }}");
            yield return Encoding.UTF8.GetBytes($"{{\"a\":1,\"b\":[1,{value},\"c\"],\"c\":{{\"d\":{value}}}}}");
            yield return Encoding.UTF8.GetBytes($"{{\"a\":{value}");
            yield return Encoding.UTF8.GetBytes($"{{{value}:1}}");
            yield return Encoding.UTF8.GetBytes(value);
        }

        // Bytes that are not UTF-8, inside and outside strings.
        foreach (var wrong in new byte[][]
        {
            [0xFF], [0x80], [0xC3], [0xC0, 0xA2], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        })
        {
            yield return [.. "{\"a\":\""u8, .. wrong, .. "\"}"u8];
            yield return [.. "{\""u8, .. wrong, .. "\":1}"u8];
            yield return [.. "{\"a\":[{\"b"u8, .. wrong, .. "\":1}]}"u8];
            yield return [.. "{\"a\":"u8, .. wrong, .. "}"u8];
            yield return [.. wrong, .. "{}"u8];
            yield return [.. "{}"u8, .. wrong];
        }

        for (var levels = 60; levels <= 67; levels++)
        {
            yield return Nested(levels, "[", "]");
            yield return Nested(levels, "{\"a\":", "}");
            yield return Nested(levels, "[{\"a\":[1,2],\"b\":", "}]");
        }

        yield return Nested(10_000, "[", "]");
        yield return Nested(10_000, "{\"a\":", "}");
        yield return Nested(10_000, "[", "");
        yield return Nested(10_000, "{\"a\":", "");
    }

    /// <summary>Realistic documents with some bytes changed at random. The seed is fixed, so every run uses the same documents.</summary>
    public static IEnumerable<byte[]> ByChance(int count)
    {
        var random = new Random(20261121);
        byte[][] seeds =
        [
            .. new[]
            {
                KeycloakPayloads.Alice, KeycloakPayloads.DPoP, KeycloakPayloads.Lightweight, KeycloakPayloads.Logout,
                "{\"alg\":\"RS256\",\"typ\" : \"JWT\",\"kid\" : \"NwIKIyGz4fe7S2uzsIDRQsAXbtcWP4lXvTcwHAZlFBw\"}",
                "{\"a\":\"\\u00e9\\\"\\\\\\/\\uD83D\\uDE00\",\"b\":[[],{},[{\"c\":-1.5e+10}]],\"d\":true,\"e\":null,\"f\":false}",
                "{\"a\":[[[[1,2],[3,4]],{\"x\":{\"y\":[\"z\"]}}]]}",
                "{}",
            }.Select(text => Encoding.UTF8.GetBytes(text)),
        ];

        for (var number = 0; number < count; number++)
        {
            // Prefer short documents: there a change more often affects the grammar.
            var document = new List<byte>(seeds[random.Next(2) == 0 ? random.Next(seeds.Length) : random.Next(4, seeds.Length)]);

            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(document, random);
            }

            yield return [.. document];
        }
    }

    private static void Change(List<byte> document, Random random)
    {
        var at = random.Next(document.Count + 1);
        var letter = (byte)Significant[random.Next(Significant.Length)];
        var length = Math.Min(random.Next(1, 12), document.Count - at);

        switch (random.Next(8))
        {
            case 0 or 1 when at < document.Count:
                document[at] = letter;
                break;
            case 2 when at < document.Count:
                document[at] ^= (byte)(1 << random.Next(8));
                break;
            case 3 or 4:
                document.Insert(at, letter);
                break;
            case 5:
                document.RemoveRange(at, length);
                break;
            case 6:
                document.InsertRange(random.Next(document.Count + 1), document.GetRange(at, length));
                break;
            case 7 when random.Next(4) == 0:
                document.RemoveRange(at, document.Count - at);
                break;
            default:
                document.InsertRange(at, Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)]));
                break;
        }
    }

    private static byte[] Nested(int levels, string open, string close) =>
        Encoding.UTF8.GetBytes(
            "{\"x\":" + string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels)) + "}");
}
