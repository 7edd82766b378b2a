package format

import (
	"strconv"
	"strings"
	"testing"
)

func TestKeysKeepTheirFirstPlaceAndTheirLastValueHoweverManyThereAre(t *testing.T) {
	for _, count := range []int{1, fewKeys, fewKeys + 1, 5 * fewKeys} {
		var members []string
		for _, round := range []string{"a", "b"} {
			for key := range count {
				members = append(members, `"k`+strconv.Itoa(key)+`":"`+round+strconv.Itoa(key)+`"`)
			}
		}
		value, ok := ParseJson([]byte("{" + strings.Join(members, ",") + "}"))
		object, _ := value.(*Object)
		if !ok || len(object.Keys) != count || object.Get("none") != nil {
			t.Fatalf("%d keys: %v", count, value)
		}
		for index, key := range object.Keys {
			if number := strconv.Itoa(index); key != "k"+number || object.Get(key) != "b"+number {
				t.Errorf("%d keys: %s is %v at %d", count, key, object.Get(key), index)
			}
		}
	}
}
